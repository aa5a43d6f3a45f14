"""A platform that shows a record as its own: what was sent is found all the same, never twice."""

import pytest

from emulator import seeds
from emulator.examples import record
from emulator.rewrites import WAYS
from tests.support.protocol import protocol

LOST = {"fault": "commit-then-drop", "method": "POST", "nth": 1}

TAX = ("tax", "number", "due-date")
"""What automated sales tax, a numbering of its own and a supplier's terms make of a bill."""


def bill(text="Flour for order PO-48213"):
    lines = [line | {"description": text} for line in record("bills")["lineItems"]]
    return record("bills", "-10012") | {"lineItems": lines, "dueDate": "2026-02-14T00:00:00"}


def bills(**fields):
    return {"data_type": "bills", "data": bill(), "validation": "off"} | fields


@pytest.mark.parametrize("ways", [TAX, ("sign", "tax"), ("letters", "cut", "rounding", "order")])
async def test_a_lost_answer_is_found_by_what_the_platform_left_as_it_was(devserver, ways):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        here.codat.connection(seeds.PROMPT).set(rewrites=ways, delay=0)
        here.codat.fault(**LOST)
        outcome = await here.end(**bills())

        assert (1, 1) == (len(here.posts), len(here.records))
    assert "Success" == outcome.status


@pytest.mark.parametrize("rules", ["off", "enforced"])
@pytest.mark.parametrize("ways", [TAX, tuple(WAYS)], ids=["tax", "every way"])
async def test_where_nothing_unique_is_left_it_is_unknown_and_written_once(devserver, ways, rules):
    async with protocol(devserver, "ignored", echo_data=True, rules=rules) as here:
        here.codat.connection(seeds.PROMPT).set(rewrites=ways, delay=0)
        here.codat.fault(**LOST)
        outcome = await here.end(**bills(data=bill("Flour")))
        (written,) = here.codat.journal(method="POST")

        assert 1 == len(here.records)
    (candidate,) = outcome.candidates
    assert written["pushOperationKey"] == str(candidate.push_operation_key)
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)
