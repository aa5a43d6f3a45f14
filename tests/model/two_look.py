"""What a look of one of a few pushes may decide: which operation is its own."""

from tests.model.two_state import NOBODY, Operation, Setup, State


def is_settled(state: State, index: int) -> bool:
    """Tell whether all requests of a push are over and listed, so that a look may decide."""
    if any(one.owner == index for one in state.requests):
        return False
    return all(one.listed for one in state.operations if one.owner == index)


def may_be(setup: Setup, operation: Operation, index: int) -> bool:
    """Tell whether an operation may be ours, by its data or, once it is over, by its record."""
    if setup.reads and operation.status == "F":
        return False
    shows = setup.echo or (setup.reads and operation.status != "P")
    return not shows or setup.equal or operation.owner == index


def decided(setup: Setup, state: State, index: int, candidates: list[int]) -> int | None:
    """Give the operation that is ours: the only one, or our share of those of equal pushes."""
    twins = [
        other
        for other in range(len(state.pushes))
        if other == index or (setup.equal and _is_open(state, other))
    ]
    if not setup.has("TWIN") or twins == [index]:
        return candidates[0] if len(candidates) == 1 else None
    if not setup.has("SHARE"):
        return None
    if setup.has("SHARE_COUNT") and len(candidates) != len(twins):
        return None
    if setup.has("SHARE_LATE") and not all(_is_over(state, twin) for twin in twins):
        return None
    if any(state.operations[place].status != "S" for place in candidates):
        return None
    place = twins.index(index)
    return candidates[place] if place < len(candidates) else None


def _is_open(state: State, index: int) -> bool:
    push = state.pushes[index]
    has_sent = push.phase != "ready" or push.number > 1
    return push.operation == NOBODY and has_sent


def _is_over(state: State, index: int) -> bool:
    """Tell whether no attempt of a push can be answered any more."""
    return state.pushes[index].phase in ("find", "end") and is_settled(state, index)
