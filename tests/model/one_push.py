"""One push, any run of it, any door: what may follow a state, and what must never be."""

from tests.model import network, operators, workflow
from tests.model.explore import Explorer, Found
from tests.model.state import IN_TIME, Setup, State, Steps, begin

TWICE = "written twice"
FALSE_SUCCESS = "Success without exactly one record"
DENIED = "a record, and Failed or 'not sent'"
FALSE_END = "a record, and 'may not land any more'"

RULED_OUT = "Failed, though an earlier number was looked for"
ADOPTED_AFTER_FAILED = "adopted, though an operation of an earlier number is listed"
ADOPTED_AFTER_SETTLED = "adopted, though an operation was listed when a person settled the push"
TOLD_AT_LAST = "told by its key, though a repetition was answered without proof"
ADOPTED = "Success of an operation that a look adopted"
AFTER_CONFLICT = "Success while the first number's key, for which a 409 is kept, is young"


def steps(setup: Setup, state: State) -> Steps:
    """Give what may follow."""
    return [
        *workflow.steps(setup, state),
        *network.steps(setup, state),
        *operators.steps(setup, state),
    ]


def broken(state: State) -> list[str]:
    """Name the promises that this state breaks."""
    names = [TWICE] if state.records > 1 else []
    if state.outcome is None:
        return names
    status, submitted, may_land = state.outcome
    if status == "S" and state.records != 1:
        names.append(FALSE_SUCCESS)
    if state.records and (status == "F" or not submitted):
        names.append(DENIED)
    if state.records and status in "UT" and not may_land:
        names.append(FALSE_END)
    return names


def search(setup: Setup, *, most: int = 3_000_000, until: str = "") -> Found[State]:
    """Walk through all states of a setup, or until that promise is broken."""
    explorer = Explorer(begin(setup), lambda state: steps(setup, state), most)
    return explorer.walk(broken, lambda state: state.phase == "end", sights, until=until)


def sights(state: State) -> list[str]:
    """Name what is worth seeing: an ending that a rule makes possible, where others say Unknown."""
    if state.outcome is None:
        return []
    known = [one.known for one in state.view]
    if state.outcome.status == "F":
        return [RULED_OUT] if "none" in known else []
    if state.outcome.status != "S" or isinstance(state.entry.known, str):
        return []
    is_second = any(isinstance(one, int) and one < state.entry.known for one in known)
    found = {
        ADOPTED: state.entry.open,
        ADOPTED_AFTER_FAILED: state.entry.open and is_second,
        ADOPTED_AFTER_SETTLED: state.entry.open and state.excluded and not is_second,
        TOLD_AT_LAST: not state.entry.open and state.entry.unproven,
        AFTER_CONFLICT: state.keys[0] == "409" and state.ages[0] == IN_TIME,
    }
    return [name for name, is_seen in found.items() if is_seen]
