"""The steps that the workflow takes: recall, schedule, look, poll, and the deadline."""

from tests.model import records
from tests.model.ledger import (
    ended,
    following,
    has_failed,
    is_unclear,
    may_have_written,
    may_resend,
    next_number,
    result,
)
from tests.model.look import candidates_of, find, is_settled
from tests.model.state import (
    IN_TIME,
    ModelSubmission,
    Request,
    Setup,
    State,
    Steps,
    enter,
    orphaned,
    put,
)


def steps(setup: Setup, state: State) -> Steps:
    """Give what the workflow may do next, or hear."""
    found = _STEPS[state.phase](setup, state) if state.phase in _STEPS else []
    if state.phase in ("recall", "stuck", "end"):
        return found
    return [*found, *_deadline(setup, state)]


def _recall(setup: Setup, state: State) -> Steps:
    """Enter what earlier runs did: what is known decides."""
    if state.has_succeeded:
        return [("recall: an earlier run succeeded", ended(setup, state, "S"))]
    known = {one.known: place for place, one in enumerate(state.view) if isinstance(one.known, int)}
    for index, place in known.items():
        status = state.operations[index].status
        if status == "S":
            return [("recall: a known operation succeeded", ended(setup, state, "S"))]
        if status == "P":
            pending = state._replace(phase="poll", number=place + 1)
            return [("recall: a known operation is pending", pending)]
    if state.settled:
        return [("recall: a person says that nothing was written", _settled(setup, state))]
    words = sorted({_word(setup, state.operations[index].status) for index in known} - {""})
    if words:
        return [
            (f"recall: {word}, so nothing is sent", ended(setup, state, word)) for word in words
        ]
    used = [place for place, one in enumerate(state.view) if one != ModelSubmission()]
    state = state._replace(number=max(used, default=0) + 1)
    return [("recall: go on", following(setup, state))]


def _word(setup: Setup, status: str) -> str:
    """Say as what an operation that may still land is held; '' if it is not."""
    if status in "TLt" and setup.has("TIMED_OUT"):
        return "T"
    return "U" if status in "DM" and setup.has("WHITELIST") else ""


def _settled(setup: Setup, state: State) -> State:
    view = tuple(
        ModelSubmission(known="none")
        if is_unclear(one) or may_have_written(setup, state, one)
        else one
        for one in state.view
    )
    used = [place for place, one in enumerate(view) if one != ModelSubmission()]
    state = state._replace(view=view, settled=False, number=max(used, default=0) + 1)
    return next_number(setup, state) if used else state._replace(phase="ready")


def _schedule(setup: Setup, state: State) -> Steps:
    scheduled: Steps = [("schedule an attempt", state._replace(phase="scheduled"))]
    if not setup.has("AGE") and setup.mode == "honoured" and state.entry == ModelSubmission():
        return scheduled
    if not may_resend(setup, state):
        return [("its key is too old", following(setup, state))]
    found = scheduled
    if state.number > 1 and state.view[state.place - 1].known == "refused":
        found.append(("unauthorized for an hour", ended(setup, state, "F")))
    if setup.continues and state.carried is None:
        kept = ("ready", state.number, state.view)
        found.append(("continue as new", state._replace(carried=kept)))
    return found


def _start(_setup: Setup, state: State) -> Steps:
    return [("a worker takes it", _taken(state))]


def _taken(state: State) -> State:
    requests = tuple(sorted((*state.requests, Request(state.number, "held", awaited=True))))
    ages = put(state.ages, state.place, max(IN_TIME, state.ages[state.place]))
    return state._replace(phase="sent", requests=requests, ages=ages)


def _again(setup: Setup, state: State) -> Steps:
    """An attempt has failed, and the server keeps it for another one instead of telling."""
    second = "lost" if setup.has("HANDED_OUT") else "unsent"
    found = [("handed out as attempt 2: refuses", result(setup, state, second))]
    if setup.has("RESCHEDULED"):
        found.append(("handed out as attempt 1: refuses", result(setup, state, "lost")))
    else:
        found.append(("handed out as attempt 1: sends", _taken(state)))
    if not setup.has("NO_START_LIMIT"):
        limit = result(setup, state, "unsent")
        found.append(("the server says that it was never started", limit))
    return found


def _conflict(setup: Setup, state: State) -> Steps:
    found = [("409: the same number again", following(setup, state))]
    may_be_kept = not state.entry.open and setup.has("KEPT_409")
    if may_be_kept or not setup.has("CONFLICT"):
        refused = enter(state, ModelSubmission(known="refused"))
        found.append(("409 is still replayed: next number", next_number(setup, refused)))
    return found


def _poll(setup: Setup, state: State) -> Steps:
    assert isinstance(state.entry.known, int)
    operation = state.operations[state.entry.known]
    found: Steps = []
    if setup.continues and state.carried is None:
        kept = ("poll", state.number, state.view)
        found.append(("continue as new", state._replace(carried=kept)))
    if operation.status == "S":
        found.append(("poll: Success", ended(setup, state, "S")))
    elif has_failed(setup, operation):
        found += [("poll: Failed", ended(setup, state, "F")), *_sure(setup, state)]
    elif operation.status in "TLt":
        found.append(("poll: TimedOut", ended(setup, state, "T")))
        found += records.proof(setup, state)
    elif operation.status in "DM":
        found.append(("poll: Failed, but that is not believed", ended(setup, state, "U")))
        found += records.proof(setup, state)
    return found


def _sure(setup: Setup, state: State) -> Steps:
    """Look once more before a push is called Failed that was looked for (make_sure)."""
    entry = state.entry
    if not setup.echo or not setup.has("MAKE_SURE") or state.excluded:
        return []
    if not _can_be_ruled_out(setup, state):
        return []
    if not is_settled(setup, state, surely=True) or candidates_of(setup, state):
        return []
    view = tuple(
        one._replace(open=False, known="unused" if one.known == "none" else one.known)
        for one in state.view
    )
    assert isinstance(entry.known, int)
    return [("a late look rules the others out: Failed", ended(setup, state, "F", view))]


def _can_be_ruled_out(setup: Setup, state: State) -> bool:
    doubted = [_is_doubted(setup, state, one) for one in state.view]
    open_ones = [may_have_written(setup, state, one) for one in state.view]
    return any(doubted) and all(
        is_doubted or not is_open for is_doubted, is_open in zip(doubted, open_ones, strict=True)
    )


def _is_doubted(setup: Setup, state: State, entry: ModelSubmission) -> bool:
    if isinstance(entry.known, int):
        return entry.open and has_failed(setup, state.operations[entry.known])
    return entry.known == "none"


def _deadline(setup: Setup, state: State) -> Steps:
    """The time is over; an attempt that is under way counts as sent."""
    if state.phase == "poll":
        assert isinstance(state.entry.known, int)
        found = [("the deadline, and it can't be asked", ended(setup, state, "U"))]
        if state.operations[state.entry.known].status == "P":
            found.append(("the deadline, still pending", ended(setup, state, "T")))
        return found
    under_way = state.phase in ("scheduled", "sent")
    under_way = under_way or (state.phase == "again" and setup.has("CANCELLED"))
    entry = state.entry._replace(open=state.entry.open or under_way)
    view = put(state.view, state.place, entry)
    over = ended(setup, orphaned(state)._replace(view=view), "T")
    return [("the deadline", over)]


_STEPS = {
    "recall": _recall,
    "ready": _schedule,
    "scheduled": _start,
    "again": _again,
    "conflict": _conflict,
    "find": find,
    "poll": _poll,
}
