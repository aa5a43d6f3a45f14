"""Which calls go through, and when the others may come back."""

from contextlib import ExitStack
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from codat.client import CodatClient
from codat.errors import CodatThrottled, NotSent
from codat.limits import RequestLimits
from codat.quota import DailyQuota
from codat.settings import CodatSettings
from tests.support.clock import Clock
from tests.support.codat_answers import answer

A, B = uuid4(), uuid4()


@pytest.fixture(name="clock")
def _clock():
    return Clock()


def limits(clock: Clock, at_once: int = 10, per_minute: int = 1000) -> RequestLimits:
    return RequestLimits(at_once, per_minute, clock=clock)


def passes(known: RequestLimits, company=A, *, writes: bool = False) -> bool:
    try:
        with known.hold(company, writes=writes):
            return True
    except NotSent:
        return False


def wait(known: RequestLimits, company=A, *, writes: bool = False) -> float:
    with pytest.raises(NotSent) as caught, known.hold(company, writes=writes):
        pass
    assert caught.value.retry_after
    return caught.value.retry_after.total_seconds()


def test_ten_at_once_go_through_for_each_company(clock):
    known = limits(clock)
    with ExitStack() as under_way:
        for _ in range(10):
            under_way.enter_context(known.hold(A, writes=True))

        assert (False, True) == (passes(known, A), passes(known, B))
    assert passes(known, A)


def test_a_call_that_breaks_gives_its_place_back(clock):
    known = limits(clock, at_once=1)
    with pytest.raises(RuntimeError), known.hold(A, writes=True):
        raise RuntimeError

    assert passes(known)


def test_a_minute_never_sees_more_than_it_may(clock):
    known, sent = limits(clock, per_minute=100), []
    for _ in range(4 * 600):
        clock.now += 0.1
        sent += [clock.now for _ in range(3) if passes(known)]

    assert 100 >= max(sum(start <= one < start + 60 for one in sent) for start in sent)
    assert len(sent) > 4 * 85


def test_those_that_wait_are_told_one_turn_after_the_other(clock):
    known = limits(clock, at_once=1, per_minute=60)
    with known.hold(A, writes=True):
        turns = [wait(known) for _ in range(20)]

    assert turns == sorted(turns)
    assert 15 < turns[-1] < 30


def test_who_comes_back_at_his_turn_goes_through(clock):
    known = limits(clock, at_once=1, per_minute=60)
    with known.hold(A, writes=True):
        turns = [wait(known) for _ in range(20)]
    began = clock.now
    went = []
    for turn in turns:
        clock.now = began + turn
        went.append(passes(known))

    assert all(went)


def test_a_company_without_a_line_overtakes_one_with_a_long_one(clock):
    known = limits(clock, per_minute=600)
    while passes(known, A):
        pass
    for _ in range(5000):
        wait(known, A)
    for _ in range(50):
        clock.now += 0.2
        passes(known, A)

    assert passes(known, B)


@pytest.mark.parametrize("writes", [True, False])
def test_retry_after_holds_back_the_companys_calls_of_that_kind(clock, writes):
    known = limits(clock)
    known.learn(A, answer(429, retry_after="30"), writes=writes)

    assert 30 <= wait(known, A, writes=writes) < 31
    assert passes(known, A, writes=not writes)
    assert passes(known, B, writes=writes)


def test_after_retry_after_calls_go_through_again(clock):
    known = limits(clock)
    known.learn(A, answer(429, retry_after="30"), writes=True)
    clock.now += 30.1

    assert passes(known, A, writes=True)


def test_when_the_day_is_used_up_all_companies_wait(clock):
    known = limits(clock)
    headers = {"x_rate_limit_limit": "2000", "x_rate_limit_remaining": "0"}
    known.learn(A, answer(429, retry_after="600", **headers), writes=True)

    assert 600 <= wait(known, B, writes=True)


@pytest.mark.parametrize("remaining", ["0", "-1"])
def test_a_day_may_be_overdrawn(clock, remaining):
    known = limits(clock)
    headers = {"x_rate_limit_limit": "2000", "x_rate_limit_remaining": remaining}
    known.learn(A, answer(429, retry_after="600", **headers), writes=True)

    assert not passes(known, B, writes=True)


def test_a_429_that_comes_late_shortens_no_patience(clock):
    known = limits(clock)
    known.learn(A, answer(429, retry_after="600"), writes=True)
    known.learn(A, answer(429), writes=True)
    clock.now += 2

    assert 598 <= wait(known, A, writes=True)


def test_asking_again_on_a_spent_quota_lengthens_no_line(clock):
    known = limits(clock)
    companies = [uuid4() for _ in range(100)]
    headers = {"x_rate_limit_limit": "2000", "x_rate_limit_remaining": "0"}
    known.learn(companies[0], answer(429, retry_after="39600", **headers), writes=False)
    for _ in range(11):
        waits = [wait(known, company) for company in companies for _ in range(10)]
        assert max(waits) < 3600 + 100
        clock.now += 3600
    clock.now += 100
    with ExitStack() as under_way:
        for _ in range(10):
            under_way.enter_context(known.hold(companies[5], writes=True))

        assert wait(known, companies[5]) < 10


def test_a_new_day_is_not_judged_by_the_old_one(clock):
    known = limits(clock)
    known.allowance = DailyQuota(1000, 10, timedelta(hours=1))
    before = known.allowance.is_short
    clock.now += 3600

    assert (True, False) == (before, known.allowance.is_short)


def test_a_service_that_names_no_time_is_given_a_second(clock):
    known = limits(clock)
    known.learn(A, answer(429), writes=False)

    assert 1 <= wait(known) < 2


def test_a_mere_5xx_closes_nothing(clock):
    known = limits(clock)
    known.learn(A, answer(503), writes=False)

    assert passes(known)


async def test_the_client_asks_nothing_while_it_is_told_to_wait():
    asked = []

    def throttled(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(429, headers={"Retry-After": "60"})

    settings = CodatSettings.model_validate({"api_key": "k"})
    async with CodatClient(settings, transport=httpx.MockTransport(throttled)) as codat:
        with pytest.raises(CodatThrottled):
            await codat.operation(A, uuid4())
        with pytest.raises(NotSent) as caught:
            await codat.operation(A, uuid4())

    assert 1 == len(asked)
    assert caught.value.retry_after
    assert timedelta(seconds=59) < caught.value.retry_after < timedelta(seconds=62)


def sharing(clock: Clock, share: float, limit: int = 100) -> RequestLimits:
    known = RequestLimits(10, 100_000, company_share=share, clock=clock)
    known.allowance = DailyQuota(limit, limit, timedelta(hours=6))
    return known


def passed(known: RequestLimits, company, tries: int) -> int:
    return sum(passes(known, company) for _ in range(tries))


def test_no_company_uses_up_the_day_for_all(clock):
    known = sharing(clock, 0.5)
    assert passes(known, B)

    assert 50 == passed(known, A, 80)
    assert 30 == passed(known, B, 30)
    assert timedelta(hours=1).total_seconds() == wait(known, A)


def test_a_company_that_is_alone_may_have_twice_its_share(clock):
    assert 100 == passed(sharing(clock, 0.5), A, 100)
    assert 20 == passed(sharing(clock, 0.1), A, 100)


def test_others_count_until_they_have_not_asked_for_two_days(clock):
    known = sharing(clock, 0.1)
    assert passes(known, B)
    clock.now += timedelta(days=1).total_seconds()
    known.allowance = DailyQuota(100, 100, timedelta(days=1))
    assert 10 == passed(known, A, 50)
    clock.now += timedelta(days=2).total_seconds()
    known.allowance = DailyQuota(100, 100, timedelta(days=1))

    assert 20 == passed(known, A, 50)


def test_a_new_day_brings_a_new_share(clock):
    known = sharing(clock, 0.1)
    assert 20 == passed(known, A, 50)
    clock.now += timedelta(hours=7).total_seconds()
    known.allowance = DailyQuota(100, 100, timedelta(days=1))

    assert 20 == passed(known, A, 50)


def test_without_a_limit_of_the_day_nobody_counts(clock):
    known = RequestLimits(10, 100_000, company_share=0.1, clock=clock)

    assert 500 == passed(known, A, 500)


def test_a_company_that_has_had_its_share_takes_no_others_turn(clock):
    known = RequestLimits(10, 10, company_share=0.1, clock=clock)
    known.allowance = DailyQuota(20, 20, timedelta(hours=6))
    for company in (A, B, A):
        assert passes(known, company)
        clock.now += 60

    assert 0 == passed(known, A, 50)
    assert passes(known, B)
