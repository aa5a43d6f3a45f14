"""Option documents: fetched once for many, for some minutes, and kept through an outage."""

import asyncio
from datetime import timedelta

from temporalio.exceptions import ApplicationError

from activities.models import FetchOptions
from codat.validation import cache
from codat.validation.cache import OptionsCache
from emulator import seeds
from tests.support.activity_environment import perform, target, workbench


def requests(bench) -> int:
    return len([one for one in bench.journal if "/options/" in one["path"]])


async def test_a_hundred_askers_cost_one_request():
    async with workbench() as bench:
        options = OptionsCache(bench.client)
        cached = await asyncio.gather(*(options.soon(target()) for _ in range(100)))

        assert 1 == requests(bench)
    assert all(cached)


async def test_most_that_wait_for_one_document_give_their_places_back():
    async with workbench() as bench:
        ended = await asyncio.gather(
            *(bench.fetch_options() for _ in range(30)), return_exceptions=True
        )
        sent_back = [one for one in ended if isinstance(one, ApplicationError)]

        assert 20 == len(sent_back)
        assert {cache.COME_AGAIN} == {one.next_retry_delay for one in sent_back}
        await asyncio.gather(*(bench.fetch_options() for _ in range(10)))
        assert 1 == requests(bench)


async def test_a_fresh_document_is_not_fetched_again():
    async with workbench() as bench:
        await bench.fetch_options()
        await bench.validate({"name": "x"})

        assert 1 == requests(bench)


async def test_an_old_document_is_fetched_again(monkeypatch):
    async with workbench() as bench:
        await bench.fetch_options()
        monkeypatch.setattr(cache, "FRESH", timedelta(0))
        await bench.fetch_options()

        assert 2 == requests(bench)


async def test_the_last_document_serves_through_an_outage(monkeypatch):
    monkeypatch.setattr(cache, "FRESH", timedelta(0))
    async with workbench() as bench:
        first = await bench.fetch_options()
        bench.codat.fault("error-before-commit")
        digest = await bench.fetch_options()

    assert (True, first.sha256) == (digest.stale, digest.sha256)


async def test_a_document_of_yesterday_does_not_serve(monkeypatch):
    monkeypatch.setattr(cache, "FRESH", timedelta(0))
    monkeypatch.setattr(cache, "USABLE", timedelta(0))
    async with workbench() as bench:
        await bench.fetch_options()
        bench.codat.fault("error-before-commit")
        failure = await bench.failure("fetch-options")

    assert "CodatFailing" == failure.type


async def test_a_refusal_is_not_covered_up_by_an_old_document(monkeypatch):
    monkeypatch.setattr(cache, "FRESH", timedelta(0))
    async with workbench() as bench:
        await bench.fetch_options()
        bench.codat.fault("not-found")
        failure = await bench.failure("fetch-options")

    assert "CodatNotFound" == failure.type


async def test_the_shelf_keeps_no_more_than_it_may(monkeypatch):
    monkeypatch.setattr(cache, "MAX_DOCUMENTS", 2)
    async with workbench() as bench:
        for data_type in ("bills", "invoices", "customers", "bills"):
            await bench.fetch_options(data_type=data_type)

        assert 4 == requests(bench)


async def test_the_shelf_holds_no_more_characters_than_it_may(monkeypatch):
    monkeypatch.setattr(cache, "MAX_CHARACTERS", 1)
    async with workbench() as bench:
        for data_type in ("bills", "invoices", "invoices", "bills"):
            await bench.fetch_options(data_type=data_type)

        assert 3 == requests(bench)


async def test_options_that_can_not_be_read_are_refused():
    nested = '{"properties":{"a":' * 70 + "{}" + "}}" * 70
    async with workbench() as bench:
        bench.codat.fault("wrong-json", path="/options/", text=nested)
        failure = await bench.failure("fetch-options")

    assert ("CodatRefused", True) == (failure.type, failure.non_retryable)


async def test_what_is_not_looked_at_is_not_fetched():
    async with workbench() as bench:
        ask = FetchOptions(target=target(), is_needed=False)
        digest = await perform(bench.activities.fetch_options, ask)

        assert (0, 0) == (digest.fields, requests(bench))


async def test_one_asker_that_gives_up_spoils_nothing_for_the_others():
    async with workbench() as bench:
        options = OptionsCache(bench.client)
        impatient = asyncio.create_task(options.get(target()))
        patient = asyncio.create_task(options.get(target()))
        await asyncio.sleep(0)
        impatient.cancel()

        assert (await patient).fields > 0


async def test_a_failure_is_not_kept():
    async with workbench() as bench:
        bench.codat.fault("error-before-commit", times=1)
        await bench.failure("fetch-options")

        assert (await bench.fetch_options()).fields > 0


async def test_a_second_caller_waits_no_longer_than_the_first(monkeypatch):
    monkeypatch.setattr(cache, "SOON", timedelta(seconds=0.2))
    held = asyncio.Event()
    async with workbench() as bench:
        options = OptionsCache(bench.client)
        monkeypatch.setattr(options, "_fetch", lambda _: held.wait())
        first = await options.soon(target())
        soon = await asyncio.wait_for(options.soon(target()), 0.1)
        held.set()

    assert [None, None] == [first, soon]


async def test_a_company_of_many_documents_leaves_others_theirs(monkeypatch):
    monkeypatch.setattr(cache, "MAX_OF_A_COMPANY", 3)
    async with workbench() as bench:
        options = OptionsCache(bench.client)
        others = target(connection_id=seeds.OTHER_PROMPT, company=seeds.OTHER_COMPANY)
        await options.get(others)
        for kind in ("bills", "invoices", "suppliers", "customers", "items"):
            await options.get(target(data_type=kind))
        before = requests(bench)
        await options.get(others)
        await options.get(target(data_type="items"))
        assert before == requests(bench)
        await options.get(target(data_type="bills"))
        assert before + 1 == requests(bench)
