"""What a hold covers, what a release lets go, and how long a worker believes what it read."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from activities import holds
from activities.holds import KNOWN_FOR, Hold, Holds
from activities.models import Attempt
from activities.server_time import ServerTime
from emulator import seeds
from tests.support.activity_environment import target
from tests.support.clock import Clock

HERE, ELSEWHERE = UUID(seeds.PROMPT), UUID(seeds.SLOW)


def a_hold(connection=None, data_type=None):
    now = datetime.now(UTC)
    return Hold(connection_id=connection, data_type=data_type, reason="r", by="b", since=now)


@pytest.mark.parametrize(
    ("hold", "covers"),
    [
        (a_hold(), True),
        (a_hold(HERE), True),
        (a_hold(HERE, "chartOfAccounts"), True),
        (a_hold(ELSEWHERE), False),
        (a_hold(HERE, "bills"), False),
        (a_hold(None, "bills"), False),
    ],
)
def test_a_hold_covers_what_it_names(hold, covers):
    assert covers is hold.covers(target())


@pytest.mark.parametrize(
    ("hold", "within", "released"),
    [
        (a_hold(HERE), (None, None), True),
        (a_hold(HERE, "bills"), (HERE, None), True),
        (a_hold(), (HERE, None), False),
        (a_hold(ELSEWHERE), (HERE, None), False),
        (a_hold(HERE), (HERE, "bills"), False),
    ],
)
def test_a_release_lets_go_what_lies_within(hold, within, released):
    assert released is hold.lies_within(*within)


@pytest.fixture(name="clock")
def _clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("codat.clock.seconds", clock)
    return clock


@pytest.fixture(name="asked")
def _asked(monkeypatch):
    asked = []

    async def read_none(_client, company):
        asked.append(company)
        return []

    monkeypatch.setattr(holds, "read_holds", read_none)
    return asked


async def check(known: Holds, company: UUID) -> None:
    attempt = SimpleNamespace(target=SimpleNamespace(company_id=company))
    await known.check(cast("Attempt", attempt), cast("ServerTime", None))


async def test_what_was_read_is_believed_for_two_seconds(clock, asked):
    known, company, times = Holds(cast("Any", None)), uuid4(), []
    for seconds in (0, KNOWN_FOR - 0.1, 0.1, KNOWN_FOR - 0.1):
        clock.now += seconds
        await check(known, company)
        times.append(len(asked))

    assert [1, 1, 2, 2] == times


@pytest.mark.usefixtures("clock")
async def test_a_full_memory_forgets_one_company_not_all(monkeypatch, asked):
    monkeypatch.setattr(holds, "MAX_COMPANIES", 3)
    known, companies = Holds(cast("Any", None)), [uuid4() for _ in range(4)]
    for company in (*companies, *companies[1:]):
        await check(known, company)

    assert companies == asked
