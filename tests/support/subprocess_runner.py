"""Runs a command to its end, as a user would."""

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STARTER = (sys.executable, str(ROOT / "starter.py"))


@dataclass(frozen=True)
class Ran:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON object on its standard output."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line on its standard error; anything more is a failure of the test."""
        (line,) = self.err.splitlines()
        return line


async def run(
    *command: str, environment: Mapping[str, str], cwd: Path, given: str | None = None
) -> Ran:
    """Run a command, give it text on standard input, wait for its end."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        cwd=cwd,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate((given or "").encode())
    return Ran(process.returncode or 0, out.decode(), err.decode())


async def run_starter(
    *arguments: str, environment: Mapping[str, str], cwd: Path, given: str | None = None
) -> Ran:
    """Run `starter.py` in a process that is forked from one that has imported it."""
    request = {
        "arguments": [STARTER[1], *arguments],
        "environment": dict(environment),
        "cwd": str(cwd),
    }
    return await asyncio.to_thread(_run_forked, request, (given or "").encode())


def _run_forked(request: Mapping[str, Any], given: bytes) -> Ran:
    with (
        tempfile.TemporaryFile() as stdin,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        stdin.write(given)
        stdin.seek(0)
        reads, writes = os.pipe()
        streams = [stdin.fileno(), out.fileno(), err.fileno(), writes]
        fork_server().start(request, streams)
        os.close(writes)
        with os.fdopen(reads, "rb") as ended:
            status = ended.read()
        for stream in (out, err):
            stream.seek(0)
        return Ran(int(status), out.read().decode(), err.read().decode())


class ForkServer:
    """A process that forks a `starter.py` for each request; it ends with this one."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        module = "tests.support.starter_fork_server"
        command = [sys.executable, "-m", module, str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        theirs.close()
        atexit.register(self.stop)

    def start(self, request: Mapping[str, Any], streams: Sequence[int]) -> None:
        """Start a command with three standard streams and one for its exit status."""
        socket.send_fds(self._channel, [json.dumps(request).encode()], streams)

    def stop(self) -> None:
        """End it by closing its channel."""
        self._channel.close()
        self._process.wait()


@lru_cache
def fork_server() -> ForkServer:
    """Give the one of this process."""
    return ForkServer()
