"""A list of operations read page by page: a page that is too large to read is asked for smaller."""

from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from codat import exchange
from codat.client import CodatClient
from codat.errors import CodatTooLarge
from codat.pages import Pager
from codat.settings import CodatSettings
from emulator import Emulator, seeds

COMPANY = UUID(seeds.COMPANY)


@asynccontextmanager
async def listed(count):
    """A company with so many operations, and a client of its emulator."""
    async with Emulator() as codat:
        codat.seed(operations=[{"connection": seeds.PROMPT, "count": count}])
        known = {"api_key": codat.api_key, "base_url": codat.base_url}
        settings = CodatSettings.model_validate(known)
        async with CodatClient(settings, transport=codat.transport) as client:
            yield codat, Pager(client, COMPANY, size=20)


async def read_all(pager):
    keys = []
    while not pager.is_over:
        keys += [one.push_operation_key for one in (await pager.read()).results]
    return keys


def sizes(codat):
    return [one["query"].partition("pageSize=")[2].partition("&")[0] for one in codat.journal()]


async def test_all_pages_are_read_to_the_last():
    async with listed(45) as (codat, pager):
        keys, asked = await read_all(pager), sizes(codat)

    assert (45, 45) == (len(keys), len(set(keys)))
    assert ["20"] * 3 == asked


@pytest.mark.parametrize("limit", [6000, 3000])
async def test_a_page_that_is_too_large_is_read_again_half_as_large(monkeypatch, limit):
    monkeypatch.setattr(exchange, "_LARGEST_BODY", limit)
    async with listed(45) as (codat, pager):
        keys, asked = await read_all(pager), sizes(codat)

    assert 45 == len(set(keys))
    assert ["20", "10"] == asked[:2]
    assert pager.size < 20


async def test_one_operation_that_is_too_large_can_not_be_halved(monkeypatch):
    monkeypatch.setattr(exchange, "_LARGEST_BODY", 100)
    async with listed(3) as (codat, pager):
        with pytest.raises(CodatTooLarge):
            await pager.read()

        assert ["20", "10", "5", "2", "1"] == sizes(codat)
