"""A platform that shows a record as its own: what was sent is found all the same, never twice."""

from itertools import count
from uuid import uuid4

import pytest

from activities.other_pushes import TOO_MANY, OtherPushes
from emulator import seeds
from emulator.examples import record
from emulator.rewrites import WAYS
from tests.support.protocol import held_up, protocol
from tests.support.temporal_commands import terminate

LOST = {"fault": "commit-then-drop", "method": "POST", "nth": 1}
UNSENT = {"fault": "drop-before-commit", "method": "POST", "nth": 1}
PATH = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/bills"

TAX = ("tax", "number", "due-date")
"""What automated sales tax, a numbering of its own and a supplier's terms make of a bill."""

ORDERS = count(uuid4().int % 10**8 + 10**8)
"""The tests share a server, and other pushes of one record would be a reason to hesitate."""


def an_order():
    return f"Flour for PO-{next(ORDERS)}"


def bill(text, supplier="supplier-1", price=10.5):
    made = record("bills", f"-{next(ORDERS)}")
    changes = {"description": text, "unitAmount": price, "totalAmount": 2 * price}
    lines = [line | changes for line in made["lineItems"]]
    totals = {"subTotal": 2 * price, "totalAmount": 2 * price, "dueDate": "2026-02-14T00:00:00"}
    return made | totals | {"supplierRef": {"id": supplier}, "lineItems": lines}


def bills(text=None):
    return {"data_type": "bills", "data": bill(text or an_order()), "validation": "off"}


def rewrite(here, ways=TAX):
    here.codat.connection(seeds.PROMPT).set(rewrites=ways, delay=0)


async def leave_unanswered(here, **fields):
    """Start a push that is terminated before it hears which operation it has."""
    async with held_up(answer=True) as gate:
        push = await here.push(**fields)
        await gate.reached.wait()
        await terminate(push)


async def push_from_elsewhere(here, data):
    async with here.codat.client() as client:
        await client.post(PATH, json=data)


@pytest.mark.parametrize("ways", [TAX, ("sign", "tax"), ("letters", "cut", "rounding", "order")])
async def test_a_lost_answer_is_found_by_what_was_not_rewritten(devserver, ways):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        rewrite(here, ways)
        here.codat.fault(**LOST)
        outcome = await here.end(**bills())

        assert (1, 1) == (len(here.posts), len(here.records))
    assert "Success" == outcome.status


@pytest.mark.parametrize("rules", ["off", "enforced"])
@pytest.mark.parametrize("ways", [TAX, tuple(WAYS)], ids=["tax", "every way"])
async def test_with_nothing_unique_left_it_is_unknown_and_written_once(devserver, ways, rules):
    async with protocol(devserver, "ignored", echo_data=True, rules=rules) as here:
        rewrite(here, ways)
        here.codat.fault(**LOST)
        outcome = await here.end(**bills("Flour"))
        (written,) = here.codat.journal(method="POST")

        assert 1 == len(here.records)
    (candidate,) = outcome.candidates
    assert written["pushOperationKey"] == str(candidate.push_operation_key)
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


async def test_a_record_refused_as_its_own_double_is_not_called_failed(devserver):
    async with protocol(devserver, "ignored", find_for=2, echo_data=True, rules="enforced") as here:
        rewrite(here)
        here.codat.fault(**LOST)
        here.codat.fault("listed-late", method="POST", nth=1, seconds=3)
        outcome = await here.end(**bills("Flour"))

        assert (2, 1) == (len(here.posts), len(here.records))
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


async def test_a_rewritten_copy_shows_that_keys_are_not_honoured(devserver):
    async with protocol(devserver, platform="ignored", echo_data=True) as here:
        rewrite(here)
        here.codat.fault(**LOST)
        outcome = await here.end(**bills("Flour"))

    assert any("Codat ignored the idempotency key" in one.message for one in outcome.warnings)


async def test_what_is_known_again_is_found_beside_what_is_unclear(devserver):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        rewrite(here)
        await push_from_elsewhere(here, bill("Salt"))
        here.codat.fault(**LOST)
        outcome = await here.end(**bills())

        assert 2 == len(here.posts)
    assert "Success" == outcome.status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"supplier": "supplier-2"}, "Unknown"),
        ({"supplier": "supplier-2", "price": 77}, "Success"),
    ],
)
async def test_two_facts_that_no_platform_changes_show_another_record(devserver, change, status):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        rewrite(here)
        await push_from_elsewhere(here, bill("Salt", **change))
        here.codat.fault(**UNSENT)
        outcome = await here.end(**bills())

    assert status == outcome.status


async def test_what_shows_another_pushs_text_is_not_ours(devserver):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        rewrite(here)
        await leave_unanswered(here, **bills(an_order()))
        here.codat.fault(**UNSENT)
        outcome = await here.end(**bills())

        assert 2 == len(here.records)
    assert "Success" == outcome.status


async def test_what_may_be_another_pushs_record_as_well_is_not_taken(devserver):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        rewrite(here)
        order = an_order()
        await leave_unanswered(here, **bills(order))
        here.codat.fault(**UNSENT)
        outcome = await here.end(**bills(order))

        assert 1 == len(here.records)
    assert ("Unknown", "equal") == (outcome.status, outcome.candidates[0].match)
    assert "sent a similar record" in outcome.message, outcome.message


async def test_where_another_push_cannot_be_read_nothing_is_taken(devserver, monkeypatch):
    async def unreadable(_client, _push):
        raise RuntimeError("A key is missing.")

    async with protocol(devserver, "ignored", echo_data=True) as here:
        rewrite(here)
        await leave_unanswered(here, **bills())
        monkeypatch.setattr("activities.inputs.input_of", unreadable)
        here.codat.fault(**LOST)
        outcome = await here.end(**bills())

        assert 2 == len(here.records)
    assert ("Unknown", 2) == (outcome.status, len(outcome.candidates))


async def test_a_claim_that_is_not_listed_yet_is_asked_for_after_all(devserver, monkeypatch):
    async def none_listed(_others, _operations):
        return {}

    async with protocol(devserver, "ignored", echo_data=True) as here:
        rewrite(here)
        here.codat.fault(**LOST)
        found = await here.end(**bills())
        for _ in range(TOO_MANY):
            await leave_unanswered(here, **bills())
        monkeypatch.setattr(OtherPushes, "_listed_holders", none_listed)
        here.codat.fault(**UNSENT)
        outcome = await here.end(**bills())

    assert ("Success", "Success") == (found.status, outcome.status)
