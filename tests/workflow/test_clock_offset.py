"""How far a clock is off is measured by the server's own, and said."""

import logging
from datetime import timedelta

import pytest

from codat.client import CodatClient
from codat.settings import CodatSettings
from dispatch.clock_offset import ClockTooFarOff, ahead_of_temporal, watching_clocks
from dispatch.process.health import Readiness, serving_health
from dispatch.process.preflight import check_clocks
from emulator import Emulator, seeds
from tests.support.clocks import wall_clock_off
from tests.support.health import ask

A_BIT = timedelta(seconds=5)
"""A busy machine measures within that."""


@pytest.fixture(name="codat")
async def _codat():
    async with Emulator() as emulator:
        known = {"api_key": emulator.api_key, "base_url": emulator.base_url}
        settings = CodatSettings.model_validate(known)
        async with CodatClient(settings, transport=emulator.transport) as client:
            yield client


@pytest.mark.parametrize("minutes", [-12, 0, 12])
async def test_the_server_tells_how_far_our_clock_is_off(devserver, minutes):
    skew = timedelta(minutes=minutes)
    with wall_clock_off(skew):
        ahead = await ahead_of_temporal(devserver.client)

    assert ahead is not None
    assert abs(ahead - skew) < A_BIT


async def test_a_server_that_does_not_tell_stops_nobody(skipping, codat):
    async with watching_clocks(skipping.client, codat) as clocks:
        assert ({}, None) == (clocks.ahead, clocks.trouble)
    (told,) = await check_clocks(skipping.client, codat)

    assert ("warning", "clock") == (told.level, told.what)


@pytest.mark.parametrize("minutes", [-31, 31])
async def test_whoever_is_too_far_off_does_not_begin(devserver, codat, minutes):
    with (
        wall_clock_off(timedelta(minutes=minutes)),
        pytest.raises(ClockTooFarOff, match="This machine's clock is 31 minutes"),
    ):
        async with watching_clocks(devserver.client, codat):
            pass


async def test_log_and_health_say_how_far_it_is_off(devserver, codat, caplog):
    with caplog.at_level(logging.INFO, "surepush.clock"), wall_clock_off(timedelta(minutes=12)):
        await codat.operations(seeds.COMPANY)
        async with (
            watching_clocks(devserver.client, codat) as clocks,
            serving_health("127.0.0.1:0", Readiness(devserver.client, clocks)) as port,
        ):
            _, told = await ask(port, "/health")

    ahead = told["clockAheadSeconds"]
    assert (720, 720) == pytest.approx((ahead["temporal"], ahead["codat"]), abs=5)
    assert ["WARNING", "WARNING"] == [one.levelname for one in caplog.records]
    assert "12 minutes ahead of Temporal's." in caplog.messages[0]


async def test_a_clock_that_is_put_wrong_later_makes_a_process_unready(devserver, codat):
    async with watching_clocks(devserver.client, codat) as clocks:
        with wall_clock_off(timedelta(hours=-1)):
            await clocks.look()
        async with serving_health("127.0.0.1:0", Readiness(devserver.client, clocks)) as port:
            status, told = await ask(port, "/ready")

    assert (503, True) == (status, "60 minutes behind Temporal's" in told["why"])


@pytest.mark.parametrize(("seconds", "level"), [(0, "ok"), (25, "warning"), (3600, "wrong")])
async def test_the_check_says_it(devserver, codat, seconds, level):
    with wall_clock_off(timedelta(seconds=seconds)):
        first, *_ = await check_clocks(devserver.client, codat)

    assert level == first.level
