"""What happens to requests between worker and platform, what the platform does, and time."""

from collections.abc import Iterator

from tests.model.explore import DOOR
from tests.model.ledger import result
from tests.model.state import (
    EXPIRED,
    IN_TIME,
    OLD,
    Operation,
    Request,
    Setup,
    State,
    Steps,
    exchange,
    put,
)

Following = Iterator[tuple[str, State]]


def steps(setup: Setup, state: State) -> Steps:
    """Give what may happen to requests, operations and keys."""
    found: Steps = []
    for request in sorted(set(state.requests)):
        found += _request_steps(setup, state, request)
    found += _operations(setup, state)
    if setup.mode == "honoured":
        found += _time(setup, state)
    return found


def _request_steps(setup: Setup, state: State, request: Request) -> Following:
    match request.at:
        case "held":
            held = _held if request.awaited else _zombie
            yield from held(setup, state, request)
        case "wire":
            yield from _lost(setup, state, request)
            yield from _arrives(setup, state, request)
        case "work":
            yield from _lost(setup, state, request)
            yield from _worked(setup, state, request)
        case _:
            done = exchange(state, request, None)
            yield from _told(setup, f"answer {request.at} is entered", done, request.at)
            if state.faults:
                lost = _faulty(done)
                yield from _told(setup, f"answer {request.at} is lost", lost, "lost")


def _told(setup: Setup, label: str, state: State, answer: str) -> Following:
    """Tell the workflow how its attempt ended; of a paused one the server tells only a success."""
    yield label, result(setup, state, answer)
    if state.doors and not answer.startswith("op"):
        kept = state._replace(phase="again", doors=state.doors - 1)
        yield f"{DOOR}{label}, but the attempt is paused or has more attempts", kept


def _faulty(state: State) -> State:
    return state._replace(faults=state.faults - 1)


def _is_stale(setup: Setup, state: State, request: Request) -> bool:
    old = state.ages[request.number - 1] >= OLD
    return old and setup.has("AGE") and setup.mode == "honoured"


def _held(setup: Setup, state: State, request: Request) -> Following:
    """A worker has the attempt and has not sent it yet."""
    unsent = exchange(state, request, None)
    if _is_stale(setup, state, request):
        yield from _told(setup, "its key is too old, not sent", unsent, "unsent")
    else:
        yield f"request {request.number} goes out", _moved(state, request, "wire")
    if state.faults:
        yield from _told(setup, "not connected, or 429", _faulty(unsent), "busy")
        zombie = _faulty(exchange(state, request, request._replace(awaited=False)))
        yield from _told(setup, "timed out, its worker lives on", zombie, "lost")
        yield from _told(setup, "its worker dies before it sends", _faulty(unsent), "lost")


def _zombie(setup: Setup, state: State, request: Request) -> Following:
    if not _is_stale(setup, state, request) or "freeze" in setup.powers:
        yield f"a ZOMBIE sends request {request.number}", _moved(state, request, "wire")
    yield f"zombie {request.number} dies unsent", exchange(state, request, None)


def _moved(state: State, request: Request, at: str) -> State:
    return exchange(state, request, request._replace(at=at))


def _lost(setup: Setup, state: State, request: Request) -> Following:
    """The request or its answer is lost, or a proxy answers in the platform's place."""
    if not request.awaited:
        if request.at == "wire":
            yield f"request {request.number} dies on the wire", exchange(state, request, None)
        return
    if not state.faults:
        return
    alone = _faulty(exchange(state, request, request._replace(awaited=False)))
    yield from _told(setup, f"the client gives up request {request.number}", alone, "lost")
    label = f"request {request.number}: 408, or a 4xx of a proxy"
    yield from _told(setup, label, alone, "foreign")


def _arrives(setup: Setup, state: State, request: Request) -> Following:
    """The platform takes a request up: by its key it knows one that it has had before."""
    number = request.number
    key = state.keys[number - 1] if setup.keeps_keys else "-"
    if key == "work":
        yield f"409: request {number} is under way already", _answered(state, request, "409")
        return
    if key != "-":
        yield f"{key} is replayed to request {number}", _answered(state, request, key)
        return
    taken = _kept(setup, _moved(state, request, "work"), number, "work")
    yield f"the platform takes request {number} up", taken
    if state.faults and request.awaited:
        refused = _faulty(_answered(state, request, "4xx"))
        yield f"400, 404 or 413 to request {number}", refused
        yield f"401 to request {number}", _faulty(_answered(state, request, "401"))
        conflict = _faulty(_answered(state, request, "409"))
        yield f"409 'not ready' to request {number}", _kept(setup, conflict, number, "409")


def _answered(state: State, request: Request, answer: str) -> State:
    return exchange(state, request, request._replace(at=answer) if request.awaited else None)


def _kept(setup: Setup, state: State, number: int, answer: str) -> State:
    if not setup.keeps_keys:
        return state
    return state._replace(keys=put(state.keys, number - 1, answer))


def _worked(setup: Setup, state: State, request: Request) -> Following:
    """The platform has processed a request: an operation, a 5xx, or both."""
    number, index = request.number, len(state.operations)
    if index < setup.operations:
        for listed in (True, False):
            operation = Operation(number, listed, "P")
            made = state._replace(operations=(*state.operations, operation))
            late = "" if listed else ", listed later"
            done = _answered(made, request, f"op{index}")
            yield (
                f"request {number} makes operation {index}{late}",
                _kept(setup, done, number, f"op{index}"),
            )
            if state.faults:
                failing = _kept(setup, _answered(made, request, "5xx"), number, "5xx")
                label = f"request {number} makes operation {index}{late}, answered 5xx"
                yield label, _faulty(failing)
    if state.faults or not request.awaited:
        failing = _kept(setup, _answered(state, request, "5xx"), number, "5xx")
        yield (
            f"5xx to request {number}, nothing made",
            _faulty(failing) if request.awaited else failing,
        )


def _operations(setup: Setup, state: State) -> Following:
    """Operations are listed, end, and may land late."""
    for index, one in enumerate(state.operations):
        if not one.listed and not _is_over(state):
            yield f"operation {index} is listed", _turned(state, index, one._replace(listed=True))
        lands = {"T": "L", "D": "M"}
        if "late-landing" in setup.powers:
            lands["t"] = "L"
        after = "SFTD" if one.status == "P" else lands.get(one.status, "")
        for status in after:
            turned = one._replace(status=status)
            yield f"operation {index}: {_WORDS[status]}", _turned(state, index, turned)


_WORDS = {
    "S": "Success",
    "F": "Failed",
    "T": "TimedOut",
    "D": "Failed by a 504",
    "L": "TimedOut, and the record lands late",
    "M": "Failed by a 504, and the record lands late",
}


def _turned(state: State, index: int, operation: Operation) -> State:
    return state._replace(operations=put(state.operations, index, operation))


def _is_over(state: State) -> bool:
    """Tell whether nothing will look or send any more."""
    return state.phase == "end" and not state.doors and not state.requests


def _time(setup: Setup, state: State) -> Following:
    """Keys grow old; the platform keeps one for as long as a request with it is under way."""
    if _is_over(state):
        return
    for place, age in enumerate(state.ages):
        number = place + 1
        if age == IN_TIME:
            aged = state._replace(ages=put(state.ages, place, OLD))
            yield f"85 minutes since number {number} was sent first", aged
        if age == OLD and ("expiry" in setup.powers or not _is_under_way(setup, state, number)):
            forgotten = state._replace(keys=put(state.keys, place, "-"))
            aged = forgotten._replace(ages=put(state.ages, place, EXPIRED))
            yield f"the platform forgets the key of number {number}", aged


def _is_under_way(setup: Setup, state: State, number: int) -> bool:
    fenced = setup.has("WINDOW") and setup.has("AGE")
    places = ("wire", "work", "held") if fenced else ("wire", "work")
    return any(one.number == number and one.at in places for one in state.requests)
