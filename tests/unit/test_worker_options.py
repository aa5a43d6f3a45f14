import pytest
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion

from codat import SettingsError, read_settings
from dispatch.workers import WorkerSettings, options_of, to_be_current


def options(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(f"PUSH_{name}", value)
    return options_of(read_settings(WorkerSettings))


@pytest.mark.parametrize("written", [{}, {"BUILD_ID": ""}, {"DEPLOYMENT_NAME": "pushes"}])
def test_without_a_build_id_a_worker_has_no_version(monkeypatch, written):
    assert {} == options(monkeypatch, **written)
    assert "" == to_be_current(read_settings(WorkerSettings))


def test_a_build_id_makes_a_version_whose_pushes_move_on_to_the_next(monkeypatch):
    config = options(monkeypatch, BUILD_ID="1.4")["deployment_config"]

    assert (WorkerDeploymentVersion("surepush", "1.4"), True) == (
        config.version,
        config.use_worker_versioning,
    )
    assert VersioningBehavior.AUTO_UPGRADE == config.default_versioning_behavior


def test_pushes_can_be_pinned_to_the_version_that_began_them(monkeypatch):
    config = options(monkeypatch, BUILD_ID="b", VERSIONING="pinned")["deployment_config"]

    assert VersioningBehavior.PINNED == config.default_versioning_behavior


@pytest.mark.parametrize(
    ("name", "written"),
    [("DEPLOYMENT_NAME", "a.b"), ("BUILD_ID", "a b"), ("VERSIONING", "both")],
)
def test_a_version_that_the_server_would_not_take_is_named(monkeypatch, name, written):
    with pytest.raises(SettingsError, match=f"PUSH_{name} is wrong"):
        options(monkeypatch, **{name: written})


def test_a_worker_of_a_version_says_the_command_that_gives_it_pushes(monkeypatch):
    monkeypatch.setenv("PUSH_BUILD_ID", "1.4")
    said = to_be_current(read_settings(WorkerSettings))

    assert "--deployment-name surepush --build-id 1.4`" in said
