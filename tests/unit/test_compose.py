import ast
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from activities.notify import NotifySettings
from activities.settings import PushSettings
from codat.settings import CodatSettings
from dispatch.codec_access import CodecSettings
from dispatch.payloads.keyring import EncryptionSettings
from dispatch.process.overview import TEMPORALS
from dispatch.process.telemetry import TelemetrySettings
from dispatch.process.worker_settings import WorkerSettings
from dispatch.settings import DispatchSettings
from gateway.settings import GatewaySettings
from workflows import attributes

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"] == "surepush"}
ONE_SHOT = {"namespace", "schema"}
EXAMPLE = (ROOT / ".env.example").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
INSTALLED = (ROOT / "deploy/requirements.txt").read_text()
OF_A_SERVICE = {
    *("build", "cap_drop", "command", "depends_on", "entrypoint", "environment", "healthcheck"),
    *("image", "logging", "mem_limit", "network_mode", "networks", "ports", "profiles"),
    *(
        "pull_policy",
        "read_only",
        "restart",
        "security_opt",
        "shm_size",
        "stop_grace_period",
        "tmpfs",
        "volumes",
    ),
}
"""Those keys of the compose specification that are used here; a misspelt one is none of them."""

READ_BY_OTHERS = {
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL_S3",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "FORWARDED_ALLOW_IPS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS",
}
"""Uvicorn's, OpenTelemetry's and every AWS client's own."""

READ_BY_US = TEMPORALS | {
    f"{kind.model_config.get('env_prefix', '')}{name}".upper()
    for kind in (
        CodatSettings,
        CodecSettings,
        DispatchSettings,
        EncryptionSettings,
        GatewaySettings,
        NotifySettings,
        PushSettings,
        TelemetrySettings,
        WorkerSettings,
    )
    for name in kind.model_fields
}


def module_file(name):
    path = name.replace(".", "/")
    return f"{path}/__main__.py" if (ROOT / path).is_dir() else f"{path}.py"


each_service = pytest.mark.parametrize("name", SERVICES)
each_of_ours = pytest.mark.parametrize("name", OURS)


def test_the_file_has_the_shape_of_the_specification():
    extensions = {key for key in COMPOSE if key.startswith("x-")}

    assert {"name", "networks", "services", "volumes"} == COMPOSE.keys() - extensions
    assert OF_A_SERVICE >= {key for one in SERVICES.values() for key in one}


@each_service
def test_a_service_is_bounded_and_comes_back(name):
    service = SERVICES[name]

    assert service["mem_limit"]
    assert service["restart"] == ("on-failure:6" if name in ONE_SHOT else "unless-stopped")


@each_service
def test_an_image_is_pinned_or_built_here(name):
    assert name in OURS or re.search(r":v?\d+\.\d+.*@sha256:[0-9a-f]{64}$", SERVICES[name]["image"])


def test_one_service_builds_the_image_and_nobody_pulls_it():
    assert ["worker"] == [name for name, one in SERVICES.items() if "build" in one]
    assert {"never"} == {one["pull_policy"] for one in OURS.values()}


@each_service
def test_a_dependency_can_come_true(name):
    for other, on in SERVICES[name].get("depends_on", {}).items():
        healthy = on["condition"] == "service_healthy"

        assert "healthcheck" in SERVICES[other] if healthy else other in ONE_SHOT


@each_service
def test_only_this_machine_reaches_a_port(name):
    assert [] == [port for port in SERVICES[name].get("ports", []) if "127.0.0.1:" not in port]


@each_service
def test_a_folder_that_is_mounted_is_there(name):
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]

        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


@each_of_ours
def test_ours_run_without_rights_on_a_disk_that_is_read_only(name):
    service = OURS[name]

    assert ([True, ["ALL"]]) == [service["read_only"], service["cap_drop"]]
    assert ["no-new-privileges:true"] == service["security_opt"]


@each_of_ours
def test_a_command_of_ours_exists(name):
    first, *rest = OURS[name]["command"]
    target = ROOT / (module_file(rest[0]) if first == "-m" else first)

    assert target.exists()
    options = {word for word in rest if word.startswith("--")}
    assert {one for one in options if f'"{one}"' not in target.read_text()} == set()


@each_of_ours
def test_every_variable_that_is_set_is_read(name):
    assert OURS[name].get("environment", {}).keys() <= READ_BY_US | READ_BY_OTHERS


@pytest.mark.parametrize("name", ["worker", "gateway", "codec", "emulator"])
def test_the_health_check_is_python_that_can_be_read(name):
    kind, program, flag, code = OURS[name]["healthcheck"]["test"]

    assert ("CMD", "python", "-c") == (kind, program, flag)
    assert ast.parse(code)


def test_workers_can_be_many():
    assert {"container_name", "ports"}.isdisjoint(SERVICES["worker"])


@pytest.mark.parametrize("name", ["worker", "gateway", "codec"])
def test_large_records_lie_where_all_that_read_them_look(name):
    service = SERVICES[name]
    (place,) = {volume.split(":")[1] for volume in service["volumes"]}

    assert ["large:/large"] == service["volumes"]
    assert f"${{PUSH_LARGE_DIRECTORY-{place}}}" == service["environment"]["PUSH_LARGE_DIRECTORY"]
    assert f"--owner=65534 --group=65534 --mode=700 {place}\n" in DOCKERFILE


def test_the_codec_server_serves_this_machine_only():
    codec = SERVICES["codec"]

    assert ("host", ["codec"]) == (codec["network_mode"], codec["profiles"])
    assert "127.0.0.1" == codec["command"][codec["command"].index("--host") + 1]


def test_no_password_has_a_default():
    secret = re.compile(r"\$\{(\w*(?:PASSWORD|KEYS?|SECRET))\b(..)")

    assert {":?"} == {default for _, default in secret.findall(TEXT)}


def test_nobody_starts_pushes_in_the_temporal_ui():
    assert "true" == SERVICES["temporal-ui"]["environment"]["TEMPORAL_START_WORKFLOW_DISABLED"]


def test_the_example_names_every_variable_that_can_be_given():
    given = [pair for one in SERVICES.values() for pair in one.get("environment", {}).items()]
    passed = {name for name, value in given if value is None}
    wanted = passed | set(re.findall(r"\$\{(\w+)", TEXT))

    assert wanted == set(re.findall(r"^#?([A-Z_0-9]+)=", EXAMPLE, re.MULTILINE))


def test_the_example_gives_no_secret():
    assert [] == re.findall(r"^#?(\w*(?:PASSWORD|KEY|KEYS|SECRET))=.+", EXAMPLE, re.MULTILINE)


def test_the_namespace_gets_all_search_attributes_and_90_days():
    script = (ROOT / "deploy/namespace.sh").read_text()
    (names,) = re.findall(r"^for name in (.+); do$", script, re.MULTILINE)

    assert [key.name for key in attributes.ALL] == names.split()
    assert "retention=90d" in script


def test_the_dynamic_configuration_has_values_of_the_right_shape():
    written = yaml.safe_load((ROOT / "deploy/dynamicconfig/surepush.yaml").read_text())

    assert all(set(one) <= {"constraints", "value"} for many in written.values() for one in many)
    assert [{"value": True}] == written["matching.enableFairness"]


def test_the_image_runs_as_nobody_and_begins_with_the_worker():
    lines = DOCKERFILE.splitlines()

    assert "USER 65534:65534" in lines
    assert ['CMD ["worker.py"]', 'ENTRYPOINT ["python"]'] == sorted(
        line for line in lines if line.startswith(("CMD", "ENTRYPOINT"))
    )
    (base,) = [shlex.split(line)[1] for line in lines if line.startswith("ARG BASE=")]
    assert re.fullmatch(r"BASE=python:3\.1[2-9]\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base)


def test_packages_of_the_image_have_exact_versions_and_hashes():
    pinned = set((ROOT / "constraints.txt").read_text().lower().replace("_", "-").split())
    only_windows = {"colorama==0.4.6"}
    packages = re.findall(r"^(\S+==\S+)(?:.*\\\n    --hash=sha256:\w{64})", INSTALLED, re.MULTILINE)

    assert packages == re.findall(r"^(\w\S*)", INSTALLED, re.MULTILINE)
    assert set(packages) <= pinned | only_windows


def test_the_image_installs_by_hash_only_and_names_no_index():
    assert "--require-hashes --only-binary :all: --requirement deploy/requirements" in DOCKERFILE
    assert not re.search(r"://|--index-url|--find-links", INSTALLED)


def test_the_image_installs_all_that_the_project_depends_on():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {*project["dependencies"], *project["optional-dependencies"]["tracing"]}

    assert wanted <= set(re.findall(r"^([\w-]+)==", INSTALLED, re.MULTILINE))


def in_network(network):
    return {name for name, service in SERVICES.items() if network in service.get("networks", [])}


def test_each_service_is_in_a_network_or_at_the_machines_own():
    assert [] == [
        name
        for name, service in SERVICES.items()
        if ("networks" in service) == ("network_mode" in service)
    ]
    assert set(COMPOSE["networks"]) == {
        network for service in SERVICES.values() for network in service.get("networks", [])
    }


def test_only_those_that_need_them_reach_database_and_temporal():
    ours = {"gateway", "worker"}

    assert {"postgresql", "schema", "temporal"} == in_network("database")
    assert COMPOSE["networks"]["database"]["internal"]
    assert ours | {"namespace", "prometheus", "temporal", "temporal-ui"} == in_network("temporal")
    assert ours | {"emulator"} == in_network("codat")


def test_secrets_of_the_machine_get_into_neither_git_nor_image():
    assert ".env" in (ROOT / ".gitignore").read_text().split()
    assert ".*" in (ROOT / ".dockerignore").read_text().split()
