"""The older build: its commit in a folder of its own, and whether today's packages fit it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from stack.process import ROOT, ProcessFailed

COMMIT = "b5754b4"


@asynccontextmanager
async def checked_out(folder: Path) -> AsyncIterator[Path]:
    """Check the older build out, and remove it in the end; ProcessFailed without its commit."""
    try:
        await _git("worktree", "add", "--detach", "--force", str(folder), COMMIT)
    except ProcessFailed as error:
        raise ProcessFailed(
            f"The older build can't be checked out: {error} A clone with its whole history "
            f"has commit {COMMIT}: git fetch --unshallow."
        ) from None
    # There it is a namespace package, for which Python would take today's, which is installed.
    await asyncio.to_thread((folder / "bench" / "__init__.py").touch)
    try:
        yield folder
    finally:
        await _git("worktree", "remove", "--force", str(folder))


def other_pins(folder: Path) -> list[str]:
    """Name the packages that the older build pins to another version than today's, and how."""
    today, before = _pins(ROOT), _pins(folder)
    return [
        f"{name} {version}, here {today.get(name, 'none')}"
        for name, version in before.items()
        if today.get(name) != version
    ]


def _pins(folder: Path) -> dict[str, str]:
    lines = (folder / "constraints.txt").read_text().splitlines()
    pairs = (line.partition("==") for line in lines if "==" in line)
    return {name.lower(): version for name, _, version in pairs}


async def _git(*words: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *("git", "-C", str(ROOT), *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await process.communicate())[0].decode().strip()
    if process.returncode:
        raise ProcessFailed(output)
