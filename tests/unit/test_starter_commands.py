"""The command line in this process: usage, what is printed, and how errors are told."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from temporalio.service import RPCError, RPCStatusCode

from codat.client import CodatClient
from codat.models import PushStatus
from commands import options, status
from commands.app import COMMANDS, GROUPS, run
from commands.push_status import print_status
from dispatch.pushes import InvalidPushRequest, Push
from emulator import Emulator, seeds
from emulator.examples import record
from workflows.models import PushOutcome

ROOT = Path(__file__).parents[2]
NO_CLIENT: Any = None
PUSH = Push(NO_CLIENT, UUID("8a210b68-6988-11ed-a1eb-0242ac120002"))
TARGET = (
    *("--company", seeds.COMPANY, "--connection", seeds.PROMPT),
    *("--data-type", "suppliers"),
)


def an_outcome(**fields):
    return PushOutcome(
        **{
            "status": PushStatus.SUCCESS,
            "message": "The record was written.",
            "submitted": True,
            "requested_on_utc": datetime(2026, 11, 22, tzinfo=UTC),
            **fields,
        }
    )


@pytest.fixture(name="codat")
def _codat(monkeypatch):
    """`options` and `validate` against an emulator in this process."""
    codat = Emulator()
    monkeypatch.setenv("CODAT_API_KEY", codat.api_key)
    monkeypatch.setenv("CODAT_BASE_URL", codat.base_url)
    monkeypatch.setattr(
        options, "CodatClient", lambda settings: CodatClient(settings, transport=codat.transport)
    )
    return codat


@pytest.fixture(name="failing_with")
def _failing_with(monkeypatch):
    def arrange(error):
        async def fail():
            raise error

        monkeypatch.setattr(status, "reach_temporal", fail)

    return arrange


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([], "Missing command"),
        (["nonsense"], "nonsense"),
        (["push"], "--company"),
        (["push", *TARGET], "--data"),
        (["push", *TARGET, "--data"], "--data"),
        (["push", "--nonsense"], "--nonsense"),
        (["status"], "PUSH_ID"),
        (["status", "a", "b"], "b"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(capsys, arguments, word):
    code = run(arguments)
    said = capsys.readouterr()

    assert (2, "", 1) == (code, said.out, len(said.err.splitlines()))
    assert word in said.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_its_summary_and_an_example(capsys, name):
    assert 0 == run([name, "--help"])
    said = capsys.readouterr().out

    assert COMMANDS[name][1] in said
    assert f"python starter.py {name} " in said or name in GROUPS


@pytest.mark.parametrize("verb", ["plan", "start", "show", "pause", "resume", "stop"])
def test_every_bulk_command_shows_an_example(capsys, verb):
    assert 0 == run(["bulk", verb, "--help"])
    assert f"python starter.py bulk {verb} " in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["start", "check", "show", "hold", "continue", "cancel"])
def test_every_plan_command_shows_an_example(capsys, verb):
    assert 0 == run(["plan", verb, "--help"])
    assert f"python starter.py plan {verb} " in capsys.readouterr().out


def test_the_help_names_every_command(capsys):
    assert 0 == run(["--help"])
    said = capsys.readouterr().out

    assert [] == [name for name in COMMANDS if name not in said]


@pytest.mark.parametrize(
    ("line", "unwanted"),
    [
        ("--help", {"temporalio", "httpx", "pydantic"}),
        ("status --help", {"httpx", "jsonschema", "starlette"}),
    ],
)
def test_a_command_imports_only_what_it_needs(line, unwanted):
    program = (
        f"import sys; from commands.app import run; run({line.split()}); "
        f"sys.exit(', '.join({unwanted} & set(sys.modules)) or 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=ROOT
    )

    assert (0, "") == (ran.returncode, ran.stderr)


def test_a_closed_standard_output_is_no_traceback():
    ran = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} starter.py --help >&-"],
        check=False,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )

    assert (0, "") == (ran.returncode, ran.stderr)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidPushRequest("data is missing."), 2),
        (RPCError("gone", RPCStatusCode.UNAVAILABLE, b""), 5),
        (ZeroDivisionError("by zero"), 70),
    ],
)
def test_every_error_is_one_line_and_an_exit_code(capsys, failing_with, error, code):
    failing_with(error)

    assert code == run(["status", str(PUSH.push_id)])
    assert 1 == len(capsys.readouterr().err.splitlines())


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (["bulk", "plan", "--status", "Failed"], "--company"),
        (["bulk", "start", "--status", "Failed"], "--message"),
        (["bulk", "start", "--status", "Failed"], "--reason"),
        (["retry", str(PUSH.push_id)], "--data"),
        (["retry", str(PUSH.push_id)], "--adopt"),
        (["release", "--company", seeds.COMPANY], "--connection"),
        (["hold", "--company", seeds.COMPANY, "--reason", "x"], "--data-type"),
        (["push", *TARGET], "--data"),
        (["list"], "--query"),
    ],
)
def test_an_option_with_an_unset_variable_is_refused(capsys, command, option):
    code = run([*command, option, ""])

    assert (2, f"{option} must not be empty.\n") == (code, capsys.readouterr().err)


def test_an_outcome_for_a_program_is_one_object_with_both_ids(capsys):
    print_status(PUSH, an_outcome(), as_json=True)
    told = json.loads(capsys.readouterr().out)

    assert (str(PUSH.push_id), PUSH.workflow_id) == (told["pushId"], told["workflowId"])
    assert {"status", "message", "submitted", "mayStillLand", "records"} <= told.keys()


def test_a_platforms_words_cannot_steer_the_terminal(capsys):
    print_status(PUSH, an_outcome(message="\x1b[2J[red]wiped[/red]\r"), as_json=False)
    said = capsys.readouterr().out

    assert "\x1b" not in said
    assert "[red]wiped[/red]" in said


@pytest.mark.usefixtures("codat")
def test_options_are_the_platforms_own_document(capsys):
    assert 0 == run(["options", *TARGET, "--json"])
    assert "supplierName" in json.loads(capsys.readouterr().out)["properties"]


@pytest.mark.usefixtures("codat")
def test_options_are_told_as_json_schema(capsys):
    assert 0 == run(["options", *TARGET, "--as", "json-schema"])
    schema = json.loads(capsys.readouterr().out)

    Draft202012Validator.check_schema(schema)
    assert "status" in schema["properties"]


@pytest.mark.usefixtures("codat")
def test_options_are_shown_as_a_table_of_fields(capsys):
    assert 0 == run(["options", *TARGET])
    assert "/supplierName" in capsys.readouterr().out


@pytest.mark.usefixtures("codat")
def test_a_record_that_fits_is_valid(capsys, tmp_path):
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record("suppliers")))

    assert 0 == run(["validate", *TARGET, "--data", str(file), "--json"])
    assert [] == json.loads(capsys.readouterr().out)["errors"]


@pytest.mark.usefixtures("codat")
def test_a_record_that_does_not_fit_is_exit_code_1(capsys, tmp_path):
    file = tmp_path / "record.json"
    file.write_text('{"status": "Deaf"}')

    assert 1 == run(["validate", *TARGET, "--data", str(file)])
    assert "error: /status" in capsys.readouterr().out


@pytest.mark.usefixtures("codat")
def test_an_update_need_not_repeat_what_a_create_must_have(tmp_path):
    file = tmp_path / "record.json"
    file.write_text("{}")
    asked = ["validate", *TARGET, "--data", str(file)]

    assert (1, 0) == (run(asked), run([*asked, "--update"]))


def test_codat_without_a_key_is_wrong_usage(capsys, monkeypatch):
    monkeypatch.delenv("CODAT_API_KEY", raising=False)

    assert 2 == run(["options", *TARGET])
    assert "CODAT_API_KEY is missing: set it in the environment.\n" == capsys.readouterr().err
