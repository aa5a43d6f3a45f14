"""When a push is looked at."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from activities.models import PushPolicy
from activities.settings import PushSettings
from codat.settings import CodatSettings
from workflows.poll_schedule import next_learned_poll, next_poll, next_poll_slowed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMPANY = UUID(int=0)  # whose grid has marks at full seconds, NOON is one
MARK = NOON - timedelta(seconds=0.5)
"""A push of then counts its age from the mark that is nearest."""

USUAL = PushSettings().policy(CodatSettings.model_validate({"api_key": "k"}))


def looks(policy: PushPolicy, until: float, *, began=NOON, accepted=0.3, company=COMPANY):
    """List the ages at which a push is looked at, each answered after 50 ms."""
    ages, now = [], began + timedelta(seconds=accepted)
    while not ages or ages[-1] < until:
        now = next_poll(policy, company, began, now)
        ages.append((now - began).total_seconds())
        now += timedelta(milliseconds=50)
    return ages


def test_a_push_is_looked_at_before_it_is_2_5_times_as_old():
    assert [4.5, 10.5, 25.5, 63, 152.75] == looks(USUAL, 124, began=MARK)


@given(
    began=st.floats(0, 1000),
    accepted=st.floats(0, 20),
    company=st.uuids(),
    completed=st.floats(2, 5000),
)
def test_a_completion_is_seen_before_the_age_grows_2_5_times(began, accepted, company, completed):
    began = NOON + timedelta(seconds=began)
    completed = max(completed, accepted + 0.1, 4.25)
    seen = looks(USUAL, completed, began=began, accepted=accepted, company=company)[-1]

    assert seen <= 2.5 * completed


@given(st.floats(0, 1000), st.uuids(), st.lists(st.floats(0, 0.5), min_size=16, max_size=16))
def test_it_is_seen_in_time_though_looks_take_longer_or_less(began, company, late):
    began = NOON + timedelta(seconds=began)
    ages = looks(USUAL, 9000, began=began, company=company)
    seen = [age + more for age, more in zip(ages, late, strict=False)]

    assert all(later <= 2.5 * earlier for earlier, later in pairwise(seen))


@given(st.floats(0, 1000), st.uuids(), st.floats(64, 400))
def test_beyond_a_minute_a_look_may_come_late_in_a_crowd(began, company, age):
    began = NOON + timedelta(seconds=began)
    *_, earlier, later = looks(USUAL, age, began=began, company=company)
    assume(earlier > 64)

    assert later + 4.5 <= 2.5 * earlier


@given(began=st.floats(0, 1000), company=st.uuids())
def test_a_minute_takes_four_looks(began, company):
    began = NOON + timedelta(seconds=began)

    assert 4 == len(looks(USUAL, 60.5, began=began, company=company))


@given(st.floats(0, 3.9), st.floats(0, 3.9), st.uuids(), st.integers(0, 40))
def test_pushes_of_one_moment_are_looked_at_together(one, other, company, age):
    mark = next_poll(USUAL, company, NOON, NOON) - timedelta(seconds=8.5)
    one, other = (mark + timedelta(seconds=0.05 + later) for later in (one, other))
    now = mark + timedelta(seconds=4 + age)

    assert next_poll(USUAL, company, one, now) == next_poll(USUAL, company, other, now)


def test_lists_for_200_pushes_on_4_workers_cost_60_at_most():
    began = [NOON + timedelta(seconds=number / 50) for number in range(200)]
    moments = {
        one + timedelta(seconds=age) for one in began for age in looks(USUAL, 60.5, began=one)
    }

    assert 4 * len(moments) <= 0.3 * 200


def test_companies_are_not_looked_at_in_the_same_moment():
    moments = {next_poll(USUAL, uuid4(), NOON, NOON) for _ in range(50)}

    assert len(moments) > 40


def test_patience_grows_to_a_quarter_of_an_hour_and_not_beyond():
    ages = looks(USUAL, 30 * 86400)
    pauses = [later - earlier for earlier, later in pairwise(ages)]

    assert 900 == max(round(pause) for pause in pauses)
    assert len(ages) < 30 * 96 + 15


def test_in_the_long_run_a_companys_pushes_are_polled_together():
    company = uuid4()
    mark = next_poll(USUAL, company, NOON, NOON + timedelta(days=1))
    asked = [mark + timedelta(seconds=second) for second in (1, 700, 899)]
    together = {
        next_poll(USUAL, company, NOON + timedelta(seconds=700 * number), now)
        for number, now in enumerate(asked)
    }

    assert {mark + timedelta(minutes=15)} == together


@pytest.mark.parametrize("factor", [1.0, 1.5, 2.0, 2.5, 10.0])
def test_the_factor_is_how_much_older_a_push_may_grow(factor):
    policy = USUAL.model_copy(update={"poll_factor": factor})
    ages = looks(policy, 3000)
    grown = [later / earlier for earlier, later in pairwise(ages)]

    assert max(grown[1:]) <= max(factor, 1) * 1.02 or factor == 1
    assert len(ages) < 1000


def test_a_worker_that_never_waits_looks_at_once():
    policy = USUAL.model_copy(update={"poll_first": timedelta()})

    assert NOON == next_poll(policy, COMPANY, NOON, NOON)


def test_with_webhooks_the_first_look_comes_later():
    codat = CodatSettings.model_validate({"api_key": "k", "webhook_secret": "whsec_x"})

    assert timedelta(minutes=2) == PushSettings().policy(codat).poll_first


def test_what_is_set_counts_with_webhooks_too():
    codat = CodatSettings.model_validate({"api_key": "k", "webhook_secret": "whsec_x"})
    policy = PushSettings(poll_first=timedelta(seconds=9)).policy(codat)

    assert timedelta(seconds=9) == policy.poll_first


@pytest.mark.parametrize(
    ("text", "seconds"), [("4", 4), ("0.5", 0.5), (" 7 ", 7), ("PT4S", 4), ("PT15M", 900)]
)
def test_a_duration_is_seconds_or_iso_8601(monkeypatch, text, seconds):
    monkeypatch.setenv("PUSH_POLL_CAP", text)

    assert timedelta(seconds=seconds) == PushSettings().poll_cap


@pytest.mark.parametrize("text", ["4s", "-1", "", "nan", "1e3", "0"])
def test_what_is_no_duration_is_refused(monkeypatch, text):
    monkeypatch.setenv("PUSH_POLL_CAP", text)

    with pytest.raises(ValueError, match="poll_cap"):
        PushSettings()


@pytest.mark.parametrize("patience", [1.25, 2, 4, 16])
@pytest.mark.parametrize("age", [timedelta(minutes=2), timedelta(days=1)])
def test_stretched_looks_of_a_company_stay_together(patience, age):
    chance = random.Random(1)

    def moments() -> list[datetime]:
        planned: list[datetime] = []
        now = NOON + timedelta(seconds=chance.uniform(0, 3))
        while now < NOON + timedelta(days=1):
            usual = next_poll(USUAL, COMPANY, NOON - age, now)
            planned.append(next_poll_slowed(USUAL, COMPANY, now, usual, patience))
            now = planned[-1] + timedelta(seconds=chance.uniform(0.1, 3))
        return planned

    crowd = [moments() for _ in range(50)]
    together = {one for planned in crowd for one in planned}
    assert len(together) <= 96
    assert len(together) <= 2 * max(map(len, crowd))


def test_a_learned_poll_that_has_passed_is_due_still():
    ages, sent = [timedelta(seconds=9), timedelta(seconds=30)], NOON
    due = next_learned_poll(USUAL, COMPANY, sent, sent, ages)
    assert due
    later = next_learned_poll(USUAL, COMPANY, sent, due, ages)

    assert NOON + timedelta(seconds=9) <= due < NOON + timedelta(seconds=12)
    assert later
    assert later >= NOON + timedelta(seconds=30)


def test_learned_polls_come_in_turn_and_end():
    ages, sent = [timedelta(seconds=9), timedelta(seconds=30)], NOON
    found, now = [], NOON
    while due := next_learned_poll(USUAL, COMPANY, sent, now, ages):
        found.append((due - sent).total_seconds())
        now = due

    assert [9, 30] == [round(found[0]), round(found[1])]
    assert 2 == len(found)


def test_who_polls_without_a_pause_needs_no_learned_ages():
    at_once = USUAL.model_copy(update={"poll_first": timedelta()})

    assert next_learned_poll(at_once, COMPANY, NOON, NOON, [timedelta(seconds=9)]) is None
