"""What the workflow enters when an attempt has ended, and what may follow; as in `ledger.py`."""

from tests.model.state import (
    IN_TIME,
    MAX_UNPROVEN,
    ModelSubmission,
    Operation,
    Outcome,
    Setup,
    State,
    enter,
)


def is_fresh(setup: Setup, state: State, place: int) -> bool:
    """Tell whether a number's key may still be sent."""
    return state.ages[place] <= IN_TIME or (state.has_lost_age and not setup.has("AGE"))


def has_failed(setup: Setup, operation: Operation) -> bool:
    """Tell whether the push takes it that the operation will never write a record."""
    doubtful = "" if setup.has("WHITELIST") else "DM"
    return operation.status in "F" + doubtful


def is_unclear(entry: ModelSubmission) -> bool:
    """Tell whether an attempt may have written without our knowing."""
    return isinstance(entry.known, str) and (entry.open or entry.known == "5xx")


def was_sent(entry: ModelSubmission) -> bool:
    """Tell whether a request that may have written was sent."""
    return entry.open or isinstance(entry.known, int) or entry.known in ("5xx", "none")


def may_have_written(setup: Setup, state: State, entry: ModelSubmission) -> bool:
    """Tell whether a record may exist, or come to exist, because of this number."""
    if entry.open or entry.known == "5xx":
        return True
    if isinstance(entry.known, int):
        return not has_failed(setup, state.operations[entry.known])
    return entry.known == "none" and setup.has("HUMBLE")


def ended(
    setup: Setup, state: State, status: str, view: tuple[ModelSubmission, ...] | None = None
) -> State:
    """End the push; what was sent and may still land is read off the ledger."""
    view = state.view if view is None else view
    may_land = status != "S" and any(may_have_written(setup, state, one) for one in view)
    submitted = any(was_sent(one) for one in view)
    if status == "F" and may_land:
        status = "U"
    return state._replace(
        phase="end",
        outcome=Outcome(status, submitted, may_land),
        has_succeeded=state.has_succeeded or status == "S",
        settled=False,
        rejected=False,
    )


def following(setup: Setup, state: State) -> State:
    """Take the step that the ledger allows: the same number again, a look, the next number."""
    if may_resend(setup, state):
        return state._replace(phase="ready")
    if is_unclear(state.entry):
        return state._replace(phase="find")
    return next_number(setup, state)


def may_resend(setup: Setup, state: State) -> bool:
    """Tell whether the same request may be sent under the same number without a look first."""
    entry = state.entry
    if isinstance(entry.known, int):
        return False
    if setup.mode == "honoured" and not is_fresh(setup, state, state.place):
        return False
    if not entry.open:
        return entry.known == "-"
    is_repeatable = setup.has("UNPROVEN") and 0 < entry.unproven < MAX_UNPROVEN
    if entry.known != "-" and not is_repeatable:
        return False
    return setup.mode == "honoured"


def next_number(setup: Setup, state: State) -> State:
    """Go on under the next number; without one the push ends Unknown."""
    if state.entry == ModelSubmission():
        state = enter(state, ModelSubmission(known="unused"))
    if state.number == len(state.view):
        return ended(setup, state, "U")
    return state._replace(phase="ready", number=state.number + 1, rejected=False)


def result(setup: Setup, state: State, answer: str) -> State:
    """Enter how the attempt that was under way has ended."""
    entry = state.entry
    if answer.startswith("op"):
        accepted = ModelSubmission(known=int(answer[2:]), unproven=entry.unproven)
        return enter(state, accepted)._replace(phase="poll", rejected=False)
    if answer == "lost":
        return following(setup, enter(state, entry._replace(open=True)))
    if answer == "409":
        return state._replace(phase="conflict")
    if not setup.has("STICKY"):
        entry = entry._replace(open=False)
    if answer == "foreign":
        answer = "5xx" if setup.has("FOREIGN") else "4xx"
    entry = _unproven(entry, answer)
    state = enter(state, entry)._replace(rejected=answer == "4xx")
    if answer == "4xx" and not is_unclear(entry):
        return ended(setup, state, "F")
    return following(setup, state)


def _unproven(entry: ModelSubmission, answer: str) -> ModelSubmission:
    """Enter an answer that proves nothing of other attempts."""
    if answer in ("busy", "unsent"):
        return entry
    more = 0 if not entry.open else MAX_UNPROVEN if answer == "4xx" else 1
    known = entry.known
    if answer == "5xx":
        known = "5xx"
    elif known == "-":
        known = "refused"
    return ModelSubmission(entry.open, known, min(entry.unproven + more, MAX_UNPROVEN))
