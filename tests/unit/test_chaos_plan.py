"""What the chaos program plans to do."""

from collections import Counter

import pytest

from bench.chaos.places import SLOW
from bench.chaos.plan import DOORS, make_plan
from bench.chaos.wanted import Wanted


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
