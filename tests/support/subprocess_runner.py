"""Runs a command to its end, as a user would."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
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
