"""The doors: what a person, a schedule or a policy of Temporal can do to a push."""

from collections.abc import Iterator

from tests.model.explore import DOOR
from tests.model.ledger import result
from tests.model.look import is_settled
from tests.model.state import (
    ModelSubmission,
    Outcome,
    Setup,
    State,
    Steps,
    orphaned,
    put,
)


def steps(setup: Setup, state: State) -> Steps:
    """Give what may be done to the push from outside, while doors are left."""
    if not state.doors:
        return []
    opened = state._replace(doors=state.doors - 1, rejected=False)
    found = list(_on_any(setup, opened))
    if state.phase == "end":
        assert state.outcome
        found += _on_ended(setup, opened, state.outcome)
    elif state.phase != "recall":
        found += _on_running(setup, opened)
    return [(DOOR + label, following) for label, following in found]


def _anew(setup: Setup, state: State) -> State:
    """Begin another run; without their rules its memory of the past is worse."""
    view = state.view
    if state.phase in ("scheduled", "sent", "again"):
        view = put(view, state.place, state.entry._replace(open=True))
    older = None if setup.has("RECALL_ALL") else state.older or view
    return orphaned(state)._replace(
        phase="recall",
        view=view,
        outcome=None,
        settled=False,
        has_lost_age=not setup.has("AGE"),
        older=older,
    )


def _on_running(setup: Setup, state: State) -> Iterator[tuple[str, State]]:
    yield "reset to the first task, or terminate and start", _anew(setup, state)
    if state.phase in ("sent", "again"):
        # The server hands the same attempt out again in the new run, before any code of ours runs.
        anew = _anew(setup, state)
        if setup.has("RUN_FENCE"):
            following = result(setup, anew._replace(phase="sent", view=state.view), "lost")
        else:
            following = anew._replace(phase="scheduled", view=state.view)
        yield "reset to a later task", following
    if state.phase in ("scheduled", "sent", "again"):
        alone = orphaned(state)
        stuck = alone._replace(phase="stuck")
        by_hand = result(setup, alone, "lost") if setup.has("UNTYPED") else stuck
        yield "completed by hand with {}", by_hand
    if state.phase == "scheduled":
        yield "paused and unpaused before a worker takes it", result(setup, state, "lost")


def _on_ended(setup: Setup, state: State, outcome: Outcome) -> Iterator[tuple[str, State]]:
    anew = _anew(setup, state)
    again = "start again after Success" if outcome.status == "S" else f"retry of {outcome.status}"
    yield again, anew
    if outcome.status in "UT" and setup.settles:
        yield from _on_unclear(setup, state, anew)
    if "forget" in setup.powers:
        forgotten = anew._replace(
            phase="ready", number=1, view=(ModelSubmission(),) * len(state.view)
        )
        yield "forgotten, and the key is used again", forgotten._replace(has_succeeded=False)


def _on_unclear(setup: Setup, state: State, anew: State) -> Iterator[tuple[str, State]]:
    """A person looks into the books, and says what is so: true, for no operation is pending."""
    pending = any(one.listed and one.status == "P" for one in state.operations)
    if not state.records and not pending and (not setup.has("WINDOW") or is_settled(setup, state)):
        seen = tuple(index for index, one in enumerate(state.operations) if one.listed)
        will_not_land = tuple(
            one._replace(status="t") if one.status in "TD" else one for one in state.operations
        )
        if "late-landing" in setup.powers:
            will_not_land = state.operations
        settled = anew._replace(settled=True, operations=will_not_land, excluded=seen)
        yield "retry --not-written", settled
    for index, one in enumerate(state.operations):
        if one.listed:
            entry = ModelSubmission(setup.has("HUMBLE"), index)
            view = put(anew.view, one.number - 1, entry)
            adopted = anew._replace(phase="poll", number=one.number, view=view)
            yield f"retry --adopt operation {index}", adopted


def _on_any(setup: Setup, state: State) -> Iterator[tuple[str, State]]:
    """Runs that come with the past of another one: a copied input, a cron, a retry policy."""
    if state.phase in ("recall", "stuck"):
        return
    anew = _anew(setup, state)
    if state.carried:
        phase, number, view = state.carried
        old = anew._replace(number=number, view=view)
        if not setup.has("RESUME"):
            yield "a run with an old ledger in its input", old._replace(phase=phase)
        if not setup.has("INITIATOR"):
            yield "recall in a cron's run with an old ledger in its input", old
    if not setup.has("MARK"):
        forgotten = anew._replace(
            phase="ready", number=1, view=(ModelSubmission(),) * len(state.view)
        )
        yield "a start with a copied mark", forgotten
    if state.older is not None and not state.has_succeeded:
        older = anew._replace(view=state.older)
        yield "reset of an older run, which reads only what that knew", older
