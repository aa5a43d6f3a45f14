"""Values that a visibility query can't say: pushes with such are found, looked for and listed."""

from uuid import uuid4

import pytest

from dispatch.listing import list_pushes
from dispatch.selection import Selection
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.protocol import protocol, written_once

ODD = ['a"b', "a'b", "a\\b", "a`b", "a\tb", '"', 'x" OR "1"="1', "50%_x", "ü\u2028"]
LOST = {"fault": "commit-then-5xx", "method": "POST", "nth": 1}


def of_account(account):
    return f"bankAccounts/{account}/bankTransactions"


async def push(here, account):
    data = record("bankTransactions", uuid4().hex)
    return await here.push(data_type=of_account(account), data=data)


@pytest.mark.parametrize("account", ['a"b\\', "a\nb'"])
async def test_a_lost_request_is_found_whatever_its_account_is_called(devserver, account):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        here.codat.fault(**LOST)
        outcome = await (await push(here, account)).outcome()

        assert written_once(here, outcome)


async def test_pushes_are_listed_by_data_types_of_any_spelling(devserver):
    async with protocol(devserver) as here:
        pushes = {account: await push(here, account) for account in ODD}
        found = {account: await _found(here, account) for account in ODD}

    assert {account: [one.push_id] for account, one in pushes.items()} == found


async def _found(here, account):
    selection = Selection(data_type=of_account(account))
    await eventually(lambda: _any(here, selection))
    return [one.push_id for one in (await list_pushes(here.client, selection)).pushes]


async def _any(here, selection):
    return bool((await list_pushes(here.client, selection)).pushes)
