"""A few pushes of one company, connection and data type at once: who takes which operation?

Each may lose an answer and look for it. A foreign writer may push beside them.
"""

from collections.abc import Iterator

from tests.model.explore import Explorer, Found, Step
from tests.model.state import put
from tests.model.two_look import decided, is_settled, may_be
from tests.model.two_state import FOREIGN, NOBODY, Operation, Push, Request, Setup, State

TWICE = "written twice"
TAKEN = "another push's operation is taken by one that wrote nothing"
TAKEN_BY_BOTH = "two Successes of one operation"
FOREIGN_TAKEN = "a foreign operation is taken"
FALSE_SUCCESS = "Success without a record of its own"
DENIED = "a record, and Failed"

SHARED = "Success of each other's operations"

Following = Iterator[Step[State]]


def search(setup: Setup, *, most: int = 1_500_000, until: str = "") -> Found[State]:
    """Walk through all states of a setup, or until that promise is broken."""
    begin = State(
        pushes=(Push(),) * setup.pushes,
        keys=(("-",) * setup.numbers,) * setup.pushes,
        faults=setup.faults,
        foreign=setup.foreign,
    )
    explorer = Explorer(begin, lambda state: list(_steps(setup, state)), most)
    return explorer.walk(broken, _has_ended, sights, until=until)


def sights(state: State) -> list[str]:
    """Name what is worth seeing."""
    ended = [push.outcome == "S" for push in state.pushes]
    swapped = [
        state.operations[push.operation].owner != index
        for index, push in enumerate(state.pushes)
        if push.outcome == "S"
    ]
    return [SHARED] if all(ended) and any(swapped) else []


def broken(state: State) -> list[str]:
    """Name the promises that this state breaks."""
    names: list[str] = []
    for index, push in enumerate(state.pushes):
        own = sum(one.owner == index and one.status == "S" for one in state.operations)
        followed = state.operations[push.operation].owner if push.operation >= 0 else index
        is_over = push.outcome in ("S", "F")
        wrong = {
            TWICE: own > 1,
            # A twin's record is as good as our own, if we wrote one, too.
            TAKEN: is_over and followed not in (index, FOREIGN) and not own,
            FOREIGN_TAKEN: is_over and followed == FOREIGN,
            FALSE_SUCCESS: push.outcome == "S" and not own,
            DENIED: push.outcome == "F" and own,
        }
        names += [name for name, is_wrong in wrong.items() if is_wrong]
    taken = [push.operation for push in state.pushes if push.outcome == "S"]
    if len(taken) > len(set(taken)):
        names.append(TAKEN_BY_BOTH)
    return names


def _has_ended(state: State) -> bool:
    return all(one.phase == "end" for one in state.pushes)


def _steps(setup: Setup, state: State) -> Following:
    for index, push in enumerate(state.pushes):
        yield from _push_steps(setup, state, index, push)
    for request in sorted(set(state.requests)):
        if request.at == "wire":
            yield from _on_the_wire(setup, state, request)
        else:
            yield from _answered(setup, state, request)
    yield from _operations(setup, state)


def _push_steps(setup: Setup, state: State, index: int, push: Push) -> Following:
    match push.phase:
        case "ready" | "again":
            request = Request(index, push.number, "wire", awaited=True)
            sent = state._replace(requests=tuple(sorted((*state.requests, request))))
            yield f"{_name(index)} sends number {push.number}", _turn(sent, index, phase="sent")
        case "find" if is_settled(state, index):
            yield from _found(setup, state, index, push)
        case "poll":
            status = state.operations[push.operation].status
            if status != "P":
                ended = _turn(state, index, phase="end", outcome=status)
                yield f"{_name(index)} ends {status}", ended
        case _:
            return


def _name(index: int) -> str:
    return "ABC"[index]


def _turn(state: State, index: int, **changes: str | int) -> State:
    return state._replace(pushes=put(state.pushes, index, state.pushes[index]._replace(**changes)))


def _found(setup: Setup, state: State, index: int, push: Push) -> Following:
    name = _name(index)
    candidates = [
        place
        for place, one in enumerate(state.operations)
        if one.listed and one.claimed_by in (NOBODY, index) and may_be(setup, one, index)
    ]
    if setup.reads and any(state.operations[place].status == "P" for place in candidates):
        return
    if not candidates and push.number < setup.numbers:
        again = _turn(state, index, phase="ready", number=push.number + 1)
        yield f"{name} finds nothing: next number", again
        return
    place = decided(setup, state, index, candidates) if setup.echo or setup.reads else None
    is_decided = place is not None
    if is_decided:
        yield f"{name} adopts operation {place}", _adopted(setup, state, index, place)
    if setup.reads or not is_decided:
        yield f"{name} can't tell: Unknown", _turn(state, index, phase="end", outcome="U")


def _adopted(setup: Setup, state: State, index: int, place: int) -> State:
    """Let a push follow an operation; one that another has claimed ends it Unknown."""
    if state.operations[place].claimed_by not in (NOBODY, index):
        return _turn(state, index, phase="end", outcome="U")
    return _taken(setup, state, index, place)


def _taken(setup: Setup, state: State, index: int, place: int) -> State:
    operations = state.operations
    if setup.has("CLAIM"):
        operations = put(operations, place, operations[place]._replace(claimed_by=index))
    return _turn(state._replace(operations=operations), index, phase="poll", operation=place)


def _lost(setup: Setup, state: State, index: int) -> State:
    phase = "again" if setup.mode == "honoured" else "find"
    return _turn(state._replace(faults=state.faults - 1), index, phase=phase)


def _instead(state: State, request: Request, *others: Request) -> State:
    requests = list(state.requests)
    requests.remove(request)
    return state._replace(requests=tuple(sorted((*requests, *others))))


def _on_the_wire(setup: Setup, state: State, request: Request) -> Following:
    owner, number = request.owner, request.number
    what = f"{_name(owner)}'s request {number}"
    if request.awaited and state.faults:
        alone = _instead(state, request, request._replace(awaited=False))
        yield f"{what}: the client gives up", _lost(setup, alone, owner)
    if not request.awaited:
        yield f"{what} dies on the wire", _instead(state, request)
    key = state.keys[owner][number - 1]
    if key != "-":
        yield f"{what}: {key} is replayed", _instead(state, request, *_answer(request, key))
        return
    yield from _made(setup, state, request)
    if state.faults:
        failing = _instead(state, request, *_answer(request, "5xx"))
        failing = _keep(setup, failing, request, "5xx")
        yield f"{what}: 5xx, nothing made", failing._replace(faults=state.faults - 1)


def _made(setup: Setup, state: State, request: Request) -> Following:
    place = len(state.operations)
    if place >= setup.operations:
        return
    for listed in (True, False):
        operation = Operation(request.owner, listed, "P")
        made = state._replace(operations=(*state.operations, operation))
        late = "" if listed else ", listed later"
        label = f"{_name(request.owner)}'s request {request.number} makes operation {place}{late}"
        for answer in (f"op{place}", "5xx") if state.faults else (f"op{place}",):
            done = _keep(setup, _instead(made, request, *_answer(request, answer)), request, answer)
            costs = answer == "5xx"
            yield f"{label}, answered {answer}", done._replace(faults=state.faults - costs)


def _answer(request: Request, answer: str) -> tuple[Request, ...]:
    return (request._replace(at=answer),) if request.awaited else ()


def _keep(setup: Setup, state: State, request: Request, answer: str) -> State:
    if setup.mode != "honoured":
        return state
    keys = put(state.keys[request.owner], request.number - 1, answer)
    return state._replace(keys=put(state.keys, request.owner, keys))


def _answered(setup: Setup, state: State, request: Request) -> Following:
    owner, answer = request.owner, request.at
    read = _instead(state, request)
    name = _name(owner)
    if answer == "5xx":
        yield f"{name} reads 5xx", _turn(read, owner, phase="find")
    else:
        yield f"{name} reads {answer}", _taken(setup, read, owner, int(answer[2:]))
    if state.faults:
        yield f"{name} loses the answer {answer}", _lost(setup, read, owner)


def _operations(setup: Setup, state: State) -> Following:
    for place, one in enumerate(state.operations):
        following = [] if one.listed else [("is listed", one._replace(listed=True))]
        if one.status == "P":
            following += [(f"ends {status}", one._replace(status=status)) for status in "SF"]
        for label, turned in following:
            changed = state._replace(operations=put(state.operations, place, turned))
            yield f"operation {place} {label}", changed
    if state.foreign and len(state.operations) < setup.operations:
        foreign = (*state.operations, Operation(FOREIGN, listed=True, status="P"))
        yield "a foreign writer pushes", state._replace(operations=foreign, foreign=0)
