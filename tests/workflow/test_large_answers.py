"""Answers that are too large for Temporal are told in part; the push goes on, and ends."""

import json
from dataclasses import replace
from typing import Any

import pytest

from codat.client import CodatClient
from codat.responses import CodatResponse
from emulator import seeds
from emulator.examples import record
from tests.support.protocol import protocol
from workflows.models import Validation

LINE = {"netAmount": 5, "currency": "GBP", "accountRef": {"id": "account-1"}}


def journal(lines: int, **fields: Any) -> dict[str, Any]:
    """A journal entry of so many lines, each with these fields."""
    data = record("journalEntries", number="7")
    return data | {"journalLines": [LINE | fields for _ in range(lines)]}


@pytest.fixture(name="inflated_echo")
def _inflated_echo(monkeypatch):
    """Let Codat echo three times what it was sent."""
    send = CodatClient._send  # noqa: SLF001, one odd answer

    async def inflated(self: CodatClient, *given: Any, **named: Any) -> CodatResponse:
        answer = await send(self, *given, **named)
        document = json.loads(answer.body)
        if document.get("data"):
            document["data"]["lines"] = [document["data"]["journalLines"]] * 2
        return replace(answer, body=json.dumps(document).encode())

    monkeypatch.setattr(CodatClient, "_send", inflated)


@pytest.mark.usefixtures("inflated_echo")
async def test_a_large_echo_is_left_out(devserver):
    data = journal(8_000, description="x" * 30)
    async with protocol(devserver, echo_data=True) as here:
        outcome = await here.end(data_type="journalEntries", data=data, validation=Validation.OFF)

        assert 1 == len(here.records)
    assert ("Success", None) == (outcome.status, outcome.data)
    assert "is too large to be kept" in outcome.warnings[-1].message


LINES = 2_400
# Three errors and a warning each.
WRONG = {"netAmount": "much", "currency": 5, "accountRef": 7, "description": ["x"]}


async def test_many_findings_are_told_in_part_and_the_record_is_sent(devserver):
    async with protocol(devserver) as here:
        outcome = await here.end(
            data_type="journalEntries", data=journal(LINES, **WRONG), validation=Validation.ADVISE
        )

        assert 1 == len(here.records)
    assert "Success" == outcome.status
    assert "and 9,500 more" == outcome.warnings[-1].message


async def test_many_findings_fail_the_push_in_one_sentence(devserver):
    async with protocol(devserver) as here:
        outcome = await here.end(data_type="journalEntries", data=journal(LINES, **WRONG))

        assert [] == here.posts
    assert "Failed" == outcome.status
    assert outcome.message.endswith("(and 7,199 more)")
    assert "and 7,100 more" == outcome.errors[-1].message


async def test_many_refused_lines_are_told_in_part(devserver):
    async with protocol(devserver, rules="enforced") as here:
        outcome = await here.end(
            connection_id=seeds.PROMPT,
            data_type="journalEntries",
            data=journal(6_000, accountRef={"id": "nobody's"}),
            validation=Validation.OFF,
        )

    assert "Failed" == outcome.status
    assert 101 == len(outcome.errors)
    assert "more" in outcome.errors[-1].message
    assert len(outcome.message) <= 1000
