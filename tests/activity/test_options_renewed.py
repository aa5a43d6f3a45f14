"""A choice that a kept document does not offer may have been made since: it is asked for anew."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from activities.models import Prepare
from codat.validation import cache
from emulator import seeds
from emulator.examples import record
from tests.support.activity_environment import perform, target, workbench

BILLS = {"data_type": "bills"}


@asynccontextmanager
async def bench_that_offers(*data_types):
    """A platform that lists its suppliers as choices, and a document of it that is kept already."""
    async with workbench() as bench:
        bench.codat.connection(seeds.PROMPT).set(offers=data_types)
        await bench.fetch_options(**BILLS)
        yield bench


def requests(bench) -> int:
    return len([one for one in bench.journal if "/options/" in one["path"]])


def bill_of(supplier: str) -> dict:
    return record("bills") | {"supplierRef": {"id": supplier}}


async def supplier_from_elsewhere(bench) -> str:
    """Another program makes a supplier."""
    path = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/suppliers"
    async with bench.codat.client() as client:
        await client.post(path, json=record("suppliers"))
    bench.codat.advance(1)
    return bench.codat.ledger(dataType="suppliers")[-1]["recordId"]


async def prepared(bench, data):
    ask = Prepare(target=target(**BILLS), data=data, update=False)
    return await perform(bench.activities.prepare, ask)


async def test_a_choice_newer_than_the_kept_options_is_no_error():
    async with bench_that_offers("suppliers") as bench:
        bill = bill_of(await supplier_from_elsewhere(bench))
        verdict = await bench.validate(bill, **BILLS)

        assert ([], 2) == (verdict.errors, requests(bench))


async def test_a_push_prepared_at_once_sees_a_new_choice_too():
    async with bench_that_offers("suppliers") as bench:
        ready = await prepared(bench, bill_of(await supplier_from_elsewhere(bench)))

    assert ready
    assert [] == ready.verdict.errors


async def test_a_choice_that_is_not_offered_even_now_is_an_error():
    async with bench_that_offers("suppliers") as bench:
        verdict = await bench.validate(bill_of("nobody"), **BILLS)
        ready = await prepared(bench, bill_of("nobody"))

    assert ["/supplierRef/id"] == [one.pointer for one in verdict.errors]
    assert ready
    assert ["/supplierRef/id"] == [one.pointer for one in ready.verdict.errors]


async def test_a_choice_only_warns_while_options_can_not_be_read_anew():
    async with bench_that_offers("suppliers") as bench:
        bench.codat.fault("error-before-commit", path="/options/")
        verdict = await bench.validate(bill_of("nobody"), **BILLS)

    assert [] == verdict.errors
    assert [("/supplierRef/id", "choice")] == [(one.pointer, one.rule) for one in verdict.warnings]


@pytest.mark.parametrize("data", [record("bills"), record("bills") | {"issueDate": "tomorrow"}])
async def test_what_no_newer_options_can_change_costs_no_request(data):
    async with bench_that_offers("suppliers") as bench:
        await bench.validate(data, **BILLS)

        assert 1 == requests(bench)


async def test_many_records_with_an_unknown_choice_share_a_request():
    async with bench_that_offers("suppliers") as bench:
        options = cache.OptionsCache(bench.client)
        kept = await options.get(target(**BILLS))
        since = time.monotonic()
        renewed = await asyncio.gather(
            *(options.get(target(**BILLS), since=since) for _ in range(9))
        )

        assert 3 == requests(bench)
    assert kept.asked < since < renewed[0].asked


@pytest.mark.parametrize(("delay", "seen_by"), [(0, "push"), (0.1, "poll-status")])
async def test_a_success_makes_options_that_offer_its_type_stale(delay, seen_by):
    async with bench_that_offers("suppliers") as bench:
        bench.codat.connection(seeds.PROMPT).set(synchronous=not delay)
        await bench.fetch_options(data_type="invoices")
        sent = await bench.push(target=target(data_type="suppliers"), data=record("suppliers"))
        if seen_by == "poll-status":
            bench.codat.advance(1)
            await bench.poll_status(sent.operation.push_operation_key, data_type="suppliers")
        bench.forget_journal()
        await bench.fetch_options(**BILLS)
        await bench.fetch_options(data_type="invoices")
        await bench.fetch_options(**BILLS)

        assert ["bills"] == [one["path"].rsplit("/", 1)[1] for one in bench.journal]
        assert [] == (await bench.validate(record("bills"), **BILLS)).errors


async def test_a_push_that_is_not_over_makes_nothing_stale():
    async with bench_that_offers("suppliers") as bench:
        await bench.push(target=target(data_type="suppliers"), data=record("suppliers"))
        await bench.fetch_options(**BILLS)

        assert 1 == requests(bench)


async def test_options_that_a_push_made_stale_serve_through_an_outage():
    async with bench_that_offers("suppliers") as bench:
        bench.codat.connection(seeds.PROMPT).set(synchronous=True)
        await bench.push(target=target(data_type="suppliers"), data=record("suppliers"))
        bench.codat.fault("error-before-commit", path="/options/")
        digest = await bench.fetch_options(**BILLS)

    assert digest.stale


async def test_the_accounts_of_a_company_do_not_outdate_another_ones():
    async with bench_that_offers("chartOfAccounts") as bench:
        bench.codat.connection(seeds.PROMPT).set(synchronous=True)
        bench.codat.connection(seeds.OTHER_PROMPT).set(offers=["chartOfAccounts"])
        theirs = {"connection_id": seeds.OTHER_PROMPT, "company": seeds.OTHER_COMPANY}
        await bench.fetch_options(**BILLS, **theirs)
        await bench.push()
        bench.forget_journal()
        await bench.fetch_options(**BILLS, **theirs)
        await bench.fetch_options(**BILLS)

        assert 1 == requests(bench)
