"""For what cause the chaos program says that a push ended Unknown."""

from datetime import UTC, datetime
from uuid import uuid4

from bench.chaos.causes import Cause, cause_of
from bench.chaos.endings import Ending
from bench.chaos.evidence import Case
from bench.chaos.plan import PLACES, Item
from codat.models import PushStatus
from workflows.models import PushOutcome


def _case(number, posts=(), **item):
    told = PushOutcome(
        status=PushStatus.UNKNOWN,
        message="push-1 pushed an equal record, and this may be its operation",
        submitted=True,
        requested_on_utc=datetime.now(UTC),
    )
    thing = Item(number, 0, PLACES[0], "suppliers", {}, **item)
    return Case(Ending(thing, uuid4(), "Unknown", told), list(posts), [])


def _lost():
    return {"pushOperationKey": str(uuid4()), "did": "committed, dropped", "status": None}


def test_a_twin_excuses_an_unknown_though_it_never_had_an_operation():
    case, twin = _case(2, [_lost()], twin=1), _case(1)

    assert cause_of(case, [twin, case], {}) is Cause.TWINS


def test_a_push_is_not_its_own_twin():
    case = _case(2, [_lost()])

    assert cause_of(case, [case], {}) is Cause.LOST


def test_an_unknown_of_a_cancelled_push_is_excused_by_that():
    case = _case(3, [_lost()])
    assert case.ending.outcome
    told = {"message": "Cancelled before it was clear what became of it."}
    case.ending.outcome = case.ending.outcome.model_copy(update=told)

    assert cause_of(case, [case], {}) is Cause.CANCELLED
