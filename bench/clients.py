"""What the clients that start pushes do when the server that they ask is away.

`python -m bench.clients` starts a stack on free ports and puts a relay before its server. Each
example starts a push (a) where nobody listens, (b) where a server takes the connection and is
silent, (c) through a relay that breaks all connections for ten seconds while the push is awaited.
Codat's own clients, which ask the front door, are tried in the first two ways. It prints how long
each one tried and how it ended. It takes three minutes, and needs `make environments`.
"""

import asyncio
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from temporalio.service import RPCError

from bench.relay import Relay, relay_to
from bench.tables import table
from emulator import seeds
from emulator.examples import record
from stack.ports import HOST, Ports
from stack.process import ROOT
from stack.services import Stack, running
from surepush_client.models import PushRequest
from tests.support.official_clients import AROUND, EXAMPLES, NEWEST, NODE
from tests.support.subprocess_runner import run

PATIENCE = 75
AWAY = 10
BINARIES = (ROOT / NODE / "bin", Path(sys.executable).parent)


async def typescript(place: Path) -> str:
    """Install the example in TypeScript; give its script."""
    project = shutil.copytree(ROOT / "examples" / "typescript", place / "project")
    npm = (str(BINARIES[0] / "npm"), "ci", "--ignore-scripts", "--silent")
    done = await run(*npm, environment=around(""), cwd=project)
    assert done.code == 0, done.err
    return str(project / "push_by_name.ts")


def around(address: str) -> dict[str, str]:
    """Give the environment of a client whose server is at an address."""
    path = ":".join([*map(str, BINARIES), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "TEMPORAL_ADDRESS": address, "PYTHONPATH": str(ROOT)}


async def ended(*command: str, environment: dict[str, str]) -> str:
    """Run a client; tell its seconds, its exit code and its last words."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE):
            ran = await run(*command, environment=environment, cwd=ROOT)
    except TimeoutError:
        return f"still trying after {PATIENCE} s"
    words = [line for line in (ran.out + ran.err).splitlines() if line.strip()]
    last = ran.document["status"] if ran.code == 0 else words[-1][:60]
    return f"{time.monotonic() - begun:.0f} s, exit code {ran.code}: {last}"


class Asking:
    """A client that asks Temporal, and the push that it asks for."""

    def __init__(self, command: Sequence[str], place: Path) -> None:
        key = str(uuid4())
        given = {
            "companyId": seeds.COMPANY,
            "connectionId": seeds.SLOW,
            "dataType": "suppliers",
            "data": record("suppliers", key[:5]),
            "idempotencyKey": key,
        }
        file = place / f"{key}.json"
        file.write_text(json.dumps(given))
        self.workflow_id = PushRequest.model_validate(given).workflow_id
        self.command = (*command, str(file))
        if command[0].endswith(".sh"):
            file.write_text(json.dumps(given["data"]))
            where = (seeds.COMPANY, seeds.SLOW, "suppliers", key)
            self.command = (*command, *where, str(file))

    async def end(self, address: str) -> str:
        """Run it against the server there."""
        return await ended(*self.command, environment=around(address))


class AskingDoor:
    """A client of Codat's, which asks the front door."""

    def __init__(self, environment: str) -> None:
        self.command = EXAMPLES[environment]

    async def end(self, address: str) -> str:
        """Run it against the front door there."""
        push = ("key", seeds.COMPANY, seeds.PROMPT, str(uuid4()), "1.20")
        return await ended(*self.command, f"http://{address}", *push, environment=AROUND)


async def silent(asking: Asking | AskingDoor) -> str:
    """Let it ask a server that takes connections and says nothing."""

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass

    server = await asyncio.start_server(listen, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    try:
        return await asking.end(f"{HOST}:{port}")
    finally:
        server.close()


async def broken(asking: Asking, stack: Stack) -> str:
    """Break its connections for a while, once its push is there."""
    async with relay_to(f"{HOST}:{stack.ports.temporal}") as relay:
        ending = asyncio.create_task(asking.end(relay.address))
        await _there(stack, asking.workflow_id)
        await _away(relay)
        return await ending


async def _there(stack: Stack, workflow_id: str) -> None:
    while True:
        try:
            await stack.client.get_workflow_handle(workflow_id).describe()
        except RPCError:
            await asyncio.sleep(0.1)
        else:
            return


async def _away(relay: Relay) -> None:
    async with relay.struck("reset"):
        await asyncio.sleep(AWAY)


def nobody() -> str:
    """Give an address where nobody listens."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        return f"{HOST}:{free.getsockname()[1]}"


async def main() -> None:
    """Try each client, and print the table."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        examples = ROOT / "examples"
        clients = {
            "surepush-client": (sys.executable, str(examples / "client" / "push.py")),
            "Python by name": (sys.executable, str(examples / "python" / "push_by_name.py")),
            "TypeScript": (str(BINARIES[0] / "node"), await typescript(place)),
            "temporal command": (str(examples / "shell" / "push.sh"),),
        }
        async with running(place / "stack", Ports.free()) as stack:
            await (await stack.start_worker()).says("Worker ready")

            async def tried(client: str) -> tuple[str, ...]:
                asked = [Asking(clients[client], place) for _ in range(3)]
                ways = (asked[0].end(nobody()), silent(asked[1]), broken(asked[2], stack))
                return (client, *await asyncio.gather(*ways))

            rows = [await tried(client) for client in clients]
        for client, environment in (("Codat, Python", NEWEST), ("Codat, Node.js", NODE)):
            door = AskingDoor(environment)
            rows.append((client, *await asyncio.gather(door.end(nobody()), silent(door)), "polls"))
        table("A server that is away", ("client", "nobody listens", "silent", "broken 10 s"), rows)


if __name__ == "__main__":
    asyncio.run(main())
