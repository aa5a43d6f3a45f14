"""What a hold covers, and what a release lets go."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from activities.holds import Hold
from emulator import seeds
from tests.support.activity_environment import target

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
