"""For what cause the chaos program says that a push ended Unknown."""

from datetime import UTC, datetime
from uuid import uuid4

from temporalio.client import WorkflowHistory

from bench.chaos.causes import Cause, cause_of
from bench.chaos.endings import Ending, Run
from bench.chaos.evidence import Case
from bench.chaos.items import Item
from bench.chaos.places import PLACES, Place
from codat.models import PushStatus
from workflows.models import PushOutcome

TWIN = "push-1 sent an identical record, so the operation may belong to it"
UNPROVEN = "Codat calls it Failed, which does not prove that nothing was written"
BLOCKED = "Two answers in a row did not come from Codat, and nothing was found."


def _case(number, posts=(), message=TWIN, operation=None, place=PLACES[0], **item):
    told = PushOutcome(
        status=PushStatus.UNKNOWN,
        message=message,
        push_operation_key=operation,
        submitted=True,
        requested_on_utc=datetime.now(UTC),
    )
    thing = Item(number, 0, place, "suppliers", {}, **item)
    return Case(Ending(thing, uuid4(), "Unknown", told), list(posts), [])


def _lost():
    return {"pushOperationKey": str(uuid4()), "did": "committed, dropped", "status": None}


def test_a_twin_without_an_operation_excuses_an_unknown():
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


def _post(did, operation=None):
    return {"pushOperationKey": operation, "did": did, "status": "403"}


def _cause(case):
    return cause_of(case, [case], {})


def test_a_failure_without_proof_excuses_only_its_own_push():
    operation = str(uuid4())
    own = _case(1, [_post("committed", operation)], UNPROVEN, operation)
    foreign = _case(1, [_post("committed", str(uuid4()))], UNPROVEN, operation)

    assert (Cause.UNPROVEN, Cause.LOST) == (_cause(own), _cause(foreign))


def test_repeated_pages_excuse_a_push_with_nothing_committed():
    pages = [_post("faulted: proxy-page"), _post("faulted: proxy-page")]

    assert Cause.BLOCKED is _cause(_case(1, pages, BLOCKED))


def test_pages_that_hid_an_operation_are_another_excuse():
    pages = [_post("faulted: proxy-page", str(uuid4())), _post("faulted: proxy-page")]

    assert Cause.PAGE_AGAIN is _cause(_case(1, pages, BLOCKED))
    assert Cause.LOST is _cause(_case(1, pages[:1], "Surepush can't tell whether"))


def test_a_later_update_excuses_an_unknown():
    case = _case(1, [_lost()], "A later update of the same record was started meanwhile. Lost.")

    assert Cause.OVERTAKEN is _cause(case)


def test_a_later_look_keeps_the_excuse_of_the_first_run():
    first = _case(1, message="A later update of the same record was started meanwhile. Lost.")
    case = _case(1, [_lost()], "The second check found nothing new.")
    case.ending.runs = [Run("1", None, WorkflowHistory("push-1", []), first.ending.outcome)]

    assert Cause.OVERTAKEN is _cause(case)


def test_an_offline_software_excuses_that_it_was_not_read():
    unread = "It may be another's. Codat did not finish reading the accounting software."
    offline = Place("away", "cloudbooks", 1, {"offline": True})

    assert Cause.OFFLINE is _cause(_case(1, [_lost()], unread, place=offline))
    assert Cause.LOST is _cause(_case(1, [_lost()], unread))
    assert Cause.LOST is _cause(_case(1, [_lost()], "It may be another's.", place=offline))
