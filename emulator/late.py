"""Requests that are processed only after their client has given up."""

import json

from emulator import routes
from emulator.call import Call
from emulator.clock import seconds
from emulator.world import World


def postpone(world: World, call: Call, number: int, by: float) -> None:
    """Let a request, by its number in the journal, be processed some seconds from now."""
    request = {
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "headers": call.headers,
        "body": call.body.decode("latin-1"),
    }
    world.store.insert(
        "late",
        due=world.clock.now() + seconds(by),
        number=number,
        key=call.idempotency_key,
        request=json.dumps(request),
    )
    world.stir()


def process_late(world: World) -> None:
    """Process the postponed requests whose time has come, as of that time."""
    rows = world.store.all("SELECT * FROM late WHERE due <= ? ORDER BY due", world.clock.now())
    for row in rows:
        request = json.loads(row["request"])
        body = request.pop("body").encode("latin-1")
        call = Call(**request, body=body, at=row["due"])
        with world.store.transaction():
            world.store.run("DELETE FROM late WHERE seq = ?", row["seq"])
            answer = routes.answer(world, call)
            world.journal.mark(row["number"], "processed late", answer.operation)


def is_awaited(world: World, key: str) -> bool:
    """Whether a request with this idempotency key is still to be processed."""
    return world.store.one("SELECT 1 FROM late WHERE key = ?", key) is not None
