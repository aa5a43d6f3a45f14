"""A look for a request whose answer proves nothing: when it may decide, and what it decides."""

from tests.model import records
from tests.model.ledger import ended, next_number
from tests.model.state import ModelSubmission, Setup, State, Steps, enter


def is_settled(setup: Setup, state: State, *, surely: bool = False) -> bool:
    """Tell whether all that was sent before is processed, refused or lost, and listed.

    That is what waiting for PUSH_FIND_FOR is for; `surely`: when nothing can be under way any more.
    """
    powers = frozenset[str]() if surely else setup.powers
    for request in state.requests:
        if request.awaited:
            continue
        if request.at == "held" and setup.has("WINDOW") and "freeze" not in powers:
            return False
        if request.at in ("wire", "work") and "in-flight" not in powers:
            return False
    return "lag" in powers or all(one.listed for one in state.operations)


def find(setup: Setup, state: State) -> Steps:
    if setup.has("LATE_LOOK") and not is_settled(setup, state):
        return []
    candidates = candidates_of(setup, state)
    found = records.judge(setup, state, candidates) if setup.reads else None
    if candidates and not setup.reads:
        found = _listed(setup, state, candidates)
    return _nothing(setup, state) if found is None else found


def _listed(setup: Setup, state: State, candidates: list[int]) -> Steps:
    """Give what the list alone decides."""
    if len(candidates) == 1 and setup.echo:
        (index,) = candidates
        adopted = enter(state, ModelSubmission(setup.has("HUMBLE"), index))._replace(phase="poll")
        return [(f"find: adopt operation {index}", adopted._replace(rejected=False))]
    return [("find: candidates can't be told apart", ended(setup, state, "U"))]


def _nothing(setup: Setup, state: State) -> Steps:
    state = enter(state, ModelSubmission(known="none"))
    if state.rejected:
        return [("find: nothing, and it was refused", ended(setup, state, "F"))]
    if not setup.resend:
        return [("find: nothing, PUSH_RESEND=never", ended(setup, state, "U"))]
    return [("find: nothing, next number", next_number(setup, state))]


def candidates_of(setup: Setup, state: State) -> list[int]:
    known = {one.known for one in state.view} if setup.has("OWN_KNOWN") else set[str | int]()
    if setup.has("BASELINE"):
        known |= set(state.excluded)
    listed = (index for index, one in enumerate(state.operations) if one.listed)
    return [index for index in listed if index not in known]
