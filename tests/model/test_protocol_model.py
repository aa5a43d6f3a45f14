"""The protocol of sending, searched through: it holds, and each rule is needed for that."""

from dataclasses import replace

import pytest

from tests.model import one_push, two_pushes
from tests.model.one_push import (
    ADOPTED,
    ADOPTED_AFTER_FAILED,
    ADOPTED_AFTER_SETTLED,
    AFTER_CONFLICT,
    DENIED,
    FALSE_END,
    RULED_OUT,
    TOLD_AT_LAST,
    TWICE,
)
from tests.model.state import RULES, SPARING, Setup
from tests.model.two_state import RULES as PAIR_RULES
from tests.model.two_state import SPARING as PAIR_SPARING
from tests.model.two_state import Setup as PairSetup

IGNORED = Setup(mode="ignored")
HONOURED = Setup(mode="honoured")
TWO_DOORS = Setup(mode="ignored", doors=2)
CONTINUED = Setup(mode="ignored", continues=True)
READING = Setup(mode="ignored", echo=False, may_read=True)
LATE_REQUESTS = Setup(mode="ignored", powers=frozenset({"in-flight"}))

BREAKS = {
    "STICKY": (HONOURED, DENIED),
    "WINDOW": (IGNORED, TWICE),
    "RUN_FENCE": (IGNORED, TWICE),
    "HANDED_OUT": (IGNORED, TWICE),
    "RESCHEDULED": (IGNORED, TWICE),
    "CANCELLED": (TWO_DOORS, TWICE),
    "NO_START_LIMIT": (IGNORED, TWICE),
    "AGE": (Setup(doors=0, numbers=1), TWICE),
    "CONFLICT": (Setup(doors=0), TWICE),
    "FOREIGN": (IGNORED, TWICE),
    "WHITELIST": (IGNORED, TWICE),
    "LATE_LOOK": (IGNORED, TWICE),
    "HUMBLE": (LATE_REQUESTS, FALSE_END),
    "TIMED_OUT": (IGNORED, TWICE),
    "RECALL_ALL": (TWO_DOORS, TWICE),
    "RESUME": (CONTINUED, TWICE),
    "INITIATOR": (CONTINUED, TWICE),
    "MARK": (IGNORED, TWICE),
    "AWAITED": (READING, TWICE),
    "REFRESHED": (READING, TWICE),
}
SPARES = {
    "OWN_KNOWN": (Setup(mode="ignored", settles=False), ADOPTED_AFTER_FAILED),
    "BASELINE": (IGNORED, ADOPTED_AFTER_SETTLED),
    "MAKE_SURE": (IGNORED, RULED_OUT),
    "UNPROVEN": (Setup(faults=2, doors=0, numbers=1, echo=False), TOLD_AT_LAST),
    "READS": (replace(READING, doors=0), ADOPTED),
    "KEPT_409": (Setup(doors=0), AFTER_CONFLICT),
}
HOLDS = {
    "ignored": Setup(mode="ignored", faults=2, doors=1, numbers=3),
    "ignored, no echo": Setup(mode="ignored", doors=2, echo=False),
    "ignored, in several runs": CONTINUED,
    "ignored, PUSH_RESEND=never": Setup(mode="ignored", doors=2, resend=False),
    "ignored, records are read": replace(READING, doors=2),
    "honoured": HONOURED,
    "honoured, records are read": Setup(echo=False, may_read=True),
    "honoured, no echo": Setup(doors=0, echo=False),
}
PAIRS = {
    "ignored": PairSetup(mode="ignored"),
    "honoured": PairSetup(mode="honoured"),
    "no echo": PairSetup(mode="ignored", echo=False),
    "ignored, both answers lost": PairSetup(mode="ignored", faults=2),
    "honoured, both answers lost": PairSetup(mode="honoured", faults=2),
    "records are read, both answers lost": PairSetup(
        mode="ignored", echo=False, reads=True, faults=2
    ),
    "a foreign writer": PairSetup(mode="ignored", equal=False, foreign=1),
    "records are read": PairSetup(mode="ignored", echo=False, reads=True),
    "records are read, a foreign writer": PairSetup(
        mode="ignored", echo=False, reads=True, equal=False, foreign=1
    ),
}


PAIR_BREAKS = {
    "TWIN": two_pushes.TAKEN,
    "CLAIM": two_pushes.TAKEN,
    "SHARE_LATE": two_pushes.TAKEN_BY_BOTH,
    "SHARE_COUNT": two_pushes.TAKEN,
}


@pytest.mark.parametrize("name", HOLDS)
def test_no_state_of_a_push_breaks_a_promise(name):
    found = one_push.search(HOLDS[name])

    assert ({}, True, None) == (found.broken, found.is_complete, found.stuck)


@pytest.mark.parametrize("rule", sorted(RULES.keys() - {"UNTYPED"}))
def test_a_rule_left_out_breaks_a_promise(rule):
    setup, promise = BREAKS[rule]

    found = one_push.search(replace(setup, without=frozenset({rule})), until=promise)

    assert promise in found.broken


def test_a_result_that_stops_the_workflow_leaves_a_push_stuck():
    found = one_push.search(replace(IGNORED, without=frozenset({"UNTYPED"})))

    assert ({}, "DOOR: completed by hand with {}") == (found.broken, (found.stuck or [""])[-1])


@pytest.mark.parametrize("rule", SPARING)
def test_a_rule_spares_an_unknown_or_a_wait(rule):
    setup, sight = SPARES[rule]

    found = one_push.search(setup)
    missed = one_push.search(replace(setup, without=frozenset({rule})))

    assert (True, False) == (sight in found.seen, sight in missed.seen)


def test_where_requests_come_later_than_assumed_no_word_is_wrong():
    found = one_push.search(LATE_REQUESTS)

    assert (True, False, False) == tuple(
        promise in found.broken for promise in (TWICE, DENIED, FALSE_END)
    )


@pytest.mark.parametrize("name", PAIRS)
def test_no_state_of_two_pushes_breaks_a_promise(name):
    found = two_pushes.search(PAIRS[name])

    assert ({}, True, None) == (found.broken, found.is_complete, found.stuck)


@pytest.mark.parametrize("rule", PAIR_RULES)
@pytest.mark.parametrize("mode", ["ignored", "honoured"])
def test_without_a_rule_a_push_takes_an_equal_pushs_operation(rule, mode):
    setup = PairSetup(mode=mode, faults=2, without=frozenset({rule}))

    found = two_pushes.search(setup, until=PAIR_BREAKS[rule])

    assert PAIR_BREAKS[rule] in found.broken


@pytest.mark.parametrize("rule", PAIR_SPARING)
def test_by_sharing_equal_pushes_succeed_that_lost_their_answers(rule):
    setup = PairSetup(mode="ignored", faults=2)

    found = two_pushes.search(setup)
    missed = two_pushes.search(replace(setup, without=frozenset({rule})))

    assert (True, False) == tuple(two_pushes.SHARED in each.seen for each in (found, missed))
