"""`push-all` where Temporal refuses a line; how it goes with real processes is in e2e."""

import io
import json
import re
import sys

import pytest
from temporalio.service import RPCError, RPCStatusCode

from commands import push_all
from commands.app import run
from dispatch.pushes import Push
from emulator import seeds


@pytest.fixture(name="refusing")
def _refusing(monkeypatch):
    """Temporal refuses the line whose key is "wrong" with this status."""

    def arrange(status):
        async def reach():
            return None

        async def start(client, request):
            if request.idempotency_key == "wrong":
                raise RPCError("too long", status, b"")
            return Push(client, request.push_id, is_new=True)

        monkeypatch.setattr(push_all, "reach_temporal", reach)
        monkeypatch.setattr(push_all, "start_push", start)

    return arrange


LINE = {
    "companyId": seeds.COMPANY,
    "connectionId": seeds.PROMPT,
    "dataType": "suppliers",
    "data": {},
}


@pytest.fixture(name="give")
def _give(monkeypatch):
    """Put lines, each with such fields, on standard input."""

    def put(*fields):
        lines = "\n".join(json.dumps(LINE | one) for one in fields)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))

    return put


def outcome(capsys, *options):
    """Run the command; give its exit code, its lines by number and its last remark."""
    code = run(["push-all", "-", "--pace", "1000/s", *options])
    printed = capsys.readouterr()
    told = {one["line"]: one for one in map(json.loads, printed.out.splitlines())}
    return code, told, printed.err.splitlines()[-1]


def test_a_line_that_temporal_refuses_stops_no_other(refusing, give, capsys):
    refusing(RPCStatusCode.INVALID_ARGUMENT)
    give({"idempotencyKey": "wrong"}, {"idempotencyKey": "right"})
    code, told, _ = outcome(capsys)

    assert (2, "Temporal refused it: too long") == (code, told[1]["error"])
    assert "right" == told[2]["idempotencyKey"]


def test_a_server_in_trouble_is_no_fault_of_a_line(refusing, give):
    refusing(RPCStatusCode.UNAVAILABLE)
    give({"idempotencyKey": "wrong"})

    assert 5 == run(["push-all", "-", "--pace", "1000/s"])


EQUAL = ({"data": {"a": 1}}, {"data": {"a": 2}}, {"data": {"a": 1.0}}, {"data": {"a": 1}})


@pytest.fixture(name="started")
def _started(monkeypatch):
    """The keys that were started; one that was is joined."""
    keys = []

    async def reach():
        return None

    async def start(client, request):
        is_new = request.idempotency_key not in keys
        keys.append(request.idempotency_key)
        return Push(client, request.push_id, is_new=is_new)

    monkeypatch.setattr(push_all, "reach_temporal", reach)
    monkeypatch.setattr(push_all, "start_push", start)
    return keys


def test_equal_lines_without_keys_need_the_equal_lines_option(started, give, capsys):
    give(*EQUAL)
    code, told, said = outcome(capsys)

    assert (2, 2) == (code, len(started))
    assert ["line 1"] * 2 == [re.findall("line [0-9]", told[n]["error"])[0] for n in (3, 4)]
    assert "--equal-lines" in told[3]["error"]
    assert "4 lines, 2 of them equal to an earlier one, 0 no push, 0 unsuccessful." == said


def test_equal_lines_may_be_meant_as_one_push(started, give, capsys):
    give(*EQUAL)
    code, told, said = outcome(capsys, "--equal-lines", "one")

    assert (0, 2) == (code, len(set(started)))
    assert told[1]["pushId"] == told[3]["pushId"] == told[4]["pushId"]
    assert [None, 1, 1] == [told[n].get("equalTo") for n in (1, 3, 4)]
    assert said.startswith("4 lines, 2 of them equal to an earlier one")


def test_equal_lines_as_a_push_each_are_the_same_when_run_again(started, give, capsys):
    pushes = []
    for _ in range(2):
        give(*EQUAL)
        code, told, _ = outcome(capsys, "--equal-lines", "each")
        pushes.append([told[number]["pushId"] for number in (1, 2, 3, 4)])
        assert 0 == code

    assert pushes[0] == pushes[1]
    assert 4 == len(set(pushes[0])) == len(set(started))


def test_keys_say_which_equal_records_are_one_push(started, give, capsys):
    give({"idempotencyKey": "a"}, {"idempotencyKey": "b"}, {"idempotencyKey": "a"})
    code, told, said = outcome(capsys)

    assert (0, {"a", "b"}, 3) == (code, set(started), len(started))
    assert told[1]["pushId"] == told[3]["pushId"]
    assert said.startswith("3 lines, 0 of them equal")


def test_equal_records_for_two_companies_are_no_equal_lines(started, give, capsys):
    give(
        {},
        {"connectionId": seeds.SLOW},
        {"dataType": "customers"},
        {"recordId": "7", "data": {"a": 1}},
    )

    assert (0, 4) == (outcome(capsys)[0], len(started))


def test_another_word_for_equal_lines_is_refused(capsys):
    assert 2 == run(["push-all", "-", "--equal-lines", "all"])
    assert "--equal-lines" in capsys.readouterr().err
