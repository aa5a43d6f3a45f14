"""`push` against a server that dies on the way: exit code 0 always comes with the push id."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from temporalio.service import RPCError, RPCStatusCode

import commands.push as command
from commands.app import run
from dispatch.pushes import Push
from emulator import seeds

NO_CLIENT: Any = None
PUSH = Push(NO_CLIENT, UUID("8a210b68-6988-11ed-a1eb-0242ac120002"), is_new=True)
GONE = RPCError("tcp connect error", RPCStatusCode.UNAVAILABLE, b"")
LOCKED = RPCError("expired", RPCStatusCode.PERMISSION_DENIED, b"")


@pytest.fixture(name="push")
def _push(monkeypatch, tmp_path):
    """Run `push` where starting and looking have these results, errors among them."""

    async def connected():
        return NO_CLIENT

    def arrange(started, standing, *options):
        async def given(result):
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(command, "reach_temporal", connected)
        monkeypatch.setattr(command, "start_push", lambda *_: given(started))
        monkeypatch.setattr(command, "fetch_status", lambda _: given(standing))
        data = tmp_path / "record.json"
        data.write_text('{"supplierName": "Mill"}')
        target = ("--company", seeds.COMPANY, "--connection", seeds.PROMPT)
        rest = ("--data-type", "suppliers", "--data", str(data), "--json", *options)
        return run(["push", *target, *rest])

    return arrange


def test_a_started_push_is_told_if_its_status_can_not_be_read(push, capsys):
    code = push(PUSH, GONE)
    told = json.loads(capsys.readouterr().out)

    assert (0, str(PUSH.push_id), "Pending") == (code, told["pushId"], told["status"])


@pytest.mark.parametrize("error", [GONE, LOCKED])
def test_a_push_of_an_earlier_start_is_not_called_pending_unseen(push, capsys, error):
    assert 5 == push(replace(PUSH, is_new=False), error)
    assert "" == capsys.readouterr().out


def test_a_start_without_an_answer_names_the_key_to_repeat_it(push, capsys):
    code = push(GONE, None, "--idempotency-key", "a key")
    said = capsys.readouterr()

    assert (5, "") == (code, said.out)
    assert "may or may not have been started" in said.err
    assert "--idempotency-key 'a key'" in said.err


def test_a_start_that_is_refused_is_not_called_unclear(push, capsys):
    code = push(LOCKED, None)
    said = capsys.readouterr()

    assert (5, "") == (code, said.out)
    assert "may or may not" not in said.err


def test_a_command_without_an_exit_code_is_no_success(monkeypatch, capsys):
    monkeypatch.setattr("commands.app.build_app", lambda: lambda **_: None)

    assert 70 == run(["push"])
    assert "should not have happened" in capsys.readouterr().err
