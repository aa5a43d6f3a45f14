import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from emulator import Emulator, seeds
from emulator.behaviour import Behaviour
from emulator.clock import at, ticks, timestamp
from emulator.examples import record

COMPANY = f"/companies/{seeds.COMPANY}"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Hands:
    """A clock that a test sets."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


def finish(now=NOON, **behaviour):
    end = Behaviour.read(behaviour).finish(ticks(now), "key")
    return None if end is None else at(end) - now


async def push(client, connection=seeds.SLOW):
    path = f"{COMPANY}/connections/{connection}/push/suppliers"
    return (await client.post(path, json=record("suppliers"))).json()


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ({"delay": 6}, timedelta(seconds=6)),
        ({"delay": 6, "synchronous": True}, timedelta()),
        ({"offline": True}, None),
        ({"delay": 1, "throttled": 3600}, timedelta(hours=1, seconds=1)),
        ({"delay": 0, "window": ["22:00", "05:00"]}, timedelta(hours=10)),
        ({"delay": 0, "window": ["11:00", "13:00"]}, timedelta()),
        ({"delay": 0, "window": ["05:00", "11:00"]}, timedelta(hours=17)),
    ],
)
def test_behaviour_decide_when_the_platform_has_written(behaviour, expected):
    assert expected == finish(**behaviour)


def test_a_window_over_midnight_is_open_on_both_sides():
    behaviour = {"delay": 0, "window": ["22:00", "05:00"]}

    assert timedelta() == finish(NOON.replace(hour=23), **behaviour)
    assert timedelta() == finish(NOON.replace(hour=4), **behaviour)


def test_the_spread_is_the_same_for_the_same_operation():
    once = finish(delay=1, spread=10)

    assert once is not None
    assert timedelta(seconds=1) < once < timedelta(seconds=11)
    assert once == finish(delay=1, spread=10)


async def test_a_borrowed_clock_moves_everything():
    clock = Hands()
    async with Emulator(clock=clock) as codat, codat.client() as client:
        pushed = await push(client)
        clock.now += timedelta(seconds=7)
        answer = await client.get(f"{COMPANY}/push/{pushed['pushOperationKey']}")

    assert "Success" == answer.json()["status"]
    assert "Sun, 01 Mar 2026 12:00:07 GMT" == answer.headers["Date"]
    assert "2026-03-01T12:00:06.0000000Z" == answer.json()["completedOnUtc"]


async def test_a_borrowed_clock_can_still_be_advanced():
    async with Emulator(clock=Hands()) as codat, codat.client() as client:
        pushed = await push(client)
        codat.advance(7)
        answer = await client.get(f"{COMPANY}/push/{pushed['pushOperationKey']}")

    assert "Success" == answer.json()["status"]


def test_moments_have_seven_digits():
    assert "2026-03-01T12:00:00.0000001Z" == timestamp(ticks(NOON) + 1)


async def test_a_misspelt_manner_is_refused_by_name():
    async with Emulator() as codat, httpx.AsyncClient(transport=codat.transport) as client:
        path = f"http://codat.test/_emulator/connections/{seeds.SLOW}"
        answer = await client.put(path, json={"dealy": 3})

    assert 400 == answer.status_code
    assert "No such manner: dealy" in answer.json()["error"]


async def test_a_stubborn_platform_writes_after_the_deadline():
    async with Emulator() as codat, codat.client() as client:
        codat.connection(seeds.SLOW).set(delay=120, stubborn=True)
        path = f"{COMPANY}/connections/{seeds.SLOW}/push/suppliers?timeoutInMinutes=1"
        pushed = (await client.post(path, json=record("suppliers"))).json()
        codat.advance(121)
        answer = await client.get(f"{COMPANY}/push/{pushed['pushOperationKey']}")
        written = codat.ledger()

    assert "TimedOut" == answer.json()["status"]
    assert 1 == len(written)


async def test_a_platform_offers_the_records_in_its_books_as_choices():
    async with Emulator() as codat, codat.client() as client:
        codat.connection(seeds.PROMPT).set(offers=["suppliers"])
        await push(client, seeds.PROMPT)
        early = await _suppliers_offered(client)
        codat.advance(1)
        late = await _suppliers_offered(client)
        (written,) = codat.ledger()

    assert ["supplier-1", "supplier-2"] == early
    assert [*early, written["recordId"]] == late


async def _suppliers_offered(client):
    document = (await client.get(f"{COMPANY}/connections/{seeds.PROMPT}/options/bills")).json()
    choices = document["properties"]["supplierRef"]["properties"]["id"]["options"]
    return [one["value"] for one in choices]


async def test_enforced_limits_end_the_day_in_429(monkeypatch):
    monkeypatch.setattr("emulator.limits._PER_COMPANY", 1)
    async with Emulator(clock=Hands()) as codat, codat.client() as client:
        codat.settings(limits="enforced")
        statuses = [(await client.get(f"{COMPANY}/push")).status_code for _ in range(3)]
        refused = await client.get(f"{COMPANY}/push")
        codat.advance(12 * 3600)
        tomorrow = await client.get(f"{COMPANY}/push")

    assert {200} == set(statuses)
    assert (429, "43201") == (refused.status_code, refused.headers["Retry-After"])
    assert (200, "2") == (tomorrow.status_code, tomorrow.headers["X-Rate-Limit-Remaining"])


async def test_enforced_limits_let_a_company_run_ten_requests_at_once():
    async with Emulator() as codat, codat.client() as client:
        codat.settings(limits="enforced")
        codat.fault("hang", seconds=0.2, times=10)
        answers = await asyncio.gather(*(client.get(f"{COMPANY}/push") for _ in range(11)))

    assert [200] * 10 + [429] == sorted(answer.status_code for answer in answers)
