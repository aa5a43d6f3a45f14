"""What the chaos program plans to do."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from bench.chaos.disasters import LINKS, PARTITIONS, clock_shift
from bench.chaos.places import SLOW
from bench.chaos.plan import DOORS, make_plan
from bench.chaos.wanted import Wanted
from codat.clock import ClockSettings
from codat.settings import read_settings


@pytest.mark.parametrize("pushes", [60, 100, 400])
def test_each_door_is_pressed_more_often_than_it_has_to_open(pushes):
    wanted = Wanted(pushes, seed=1, mode="ignored", echo=False, plain=False, brief=False)
    pressed = Counter(press.door for press in make_plan(wanted).presses)

    assert set(DOORS) == set(pressed)
    assert min(pressed.values()) > wanted.at_least


def test_who_acts_upon_a_request_has_time_to_catch_it():
    wanted = Wanted(400, seed=2, mode="ignored", echo=False, plain=False, brief=False)
    plan = make_plan(wanted)
    places = {
        plan.items[one.number].place.name for one in plan.presses if one.door.startswith("activity")
    }

    assert {SLOW} == places


def test_a_worker_can_read_how_wrong_its_clock_is(monkeypatch):
    shifts = []
    for seed in range(20):
        monkeypatch.setenv("PUSH_CLOCK_SHIFT", clock_shift(Random(seed)))
        shifts.append(read_settings(ClockSettings).clock_shift)

    assert timedelta(minutes=-15) <= min(shifts) < timedelta() < max(shifts)


@pytest.mark.parametrize("brief", [True, False])
def test_each_link_is_partitioned_as_often_as_faults_happen(brief):
    wanted = Wanted(400, seed=3, mode="honoured", echo=False, plain=False, brief=brief)
    struck = Counter(one.what for one in make_plan(wanted).disasters if one.what in PARTITIONS)
    of_links = Counter(what.split()[1] for what in struck.elements())

    assert set(of_links) == set(LINKS[:2] if brief else LINKS)
    assert min(of_links.values()) >= wanted.at_least
    assert len(struck) == 5 * len(of_links)
