"""Codat's own clients, as published, each in an environment that it needs: none lives in ours."""

import asyncio
import json
import subprocess
from typing import Any

import pytest

from tests.support.subprocess_runner import ROOT

SCRIPTS = ROOT / "tests" / "official"
OLDER, NEWEST, NODE = ".venv-official", ".venv-official-newest", ".venv-official-node"
FOLDER = ROOT / "examples" / "codat_clients"
EXAMPLES = {
    NEWEST: (str(ROOT / NEWEST / "bin" / "python"), str(FOLDER / "push_direct_cost.py")),
    NODE: (str(ROOT / NODE / "bin" / "node"), str(FOLDER / "push_bill.js")),
}
AROUND = {"NODE_PATH": str(ROOT / NODE / "node_modules")}
"""What the examples need in their environment."""


async def driven(environment: str, script: str, *arguments: str) -> dict[str, Any]:
    """Run a script of tests/official where its clients are installed; give what it reports."""
    place = ROOT / environment
    if not (place / "ready").exists():
        pytest.fail(f"Codat's own clients are not installed: run `make {environment}/ready`")
    interpreter = place / "bin" / ("node" if environment == NODE else "python")
    done = await asyncio.to_thread(
        subprocess.run,
        [interpreter, SCRIPTS / script, *arguments],
        env={"NODE_PATH": str(place / "node_modules")},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)
