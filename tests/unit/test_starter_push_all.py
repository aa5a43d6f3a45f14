"""`push-all` where Temporal refuses a line; how it goes with real processes is in e2e."""

import io
import json
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


@pytest.fixture(name="lines", autouse=True)
def _lines(monkeypatch):
    line = {
        "companyId": seeds.COMPANY,
        "connectionId": seeds.PROMPT,
        "dataType": "suppliers",
        "data": {},
    }
    lines = [json.dumps(line | {"idempotencyKey": key}) for key in ("wrong", "right")]
    given = io.BytesIO("\n".join(lines).encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(given))


def test_a_line_that_temporal_refuses_stops_no_other(refusing, capsys):
    refusing(RPCStatusCode.INVALID_ARGUMENT)
    code = run(["push-all", "-", "--pace", "1000/s"])
    told = {one["line"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}

    assert (2, "Temporal refused it: too long") == (code, told[1]["error"])
    assert "right" == told[2]["idempotencyKey"]


def test_a_server_in_trouble_is_no_fault_of_a_line(refusing):
    refusing(RPCStatusCode.UNAVAILABLE)

    assert 5 == run(["push-all", "-", "--pace", "1000/s"])
