"""The histories that are replayed: where they are, and what is left out of them."""

import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "replay" / "histories"
HISTORIES = sorted(FOLDER.glob("*.json"))
PUSHES = [
    path
    for path in HISTORIES
    if "-plan-step-" in path.stem or not re.search("-(plan|line)", path.stem)
]
"""Those of pushes; a step of a plan is a push, too."""

REPLAYED_QUEUE = "replay-None"
"""The task queue that the SDK's Replayer makes up; the id of a record's turns contains it."""


def without_machine(text: str) -> str:
    """Leave out who did it: process and host names mean nothing to another machine."""
    anonymous = re.sub(r'("identity": )"[^"]*"', r'\1"worker"', text)
    anonymous = re.sub(r'"\d+@[^":]*:?([^"]*)"', r'"worker:\1"', anonymous)
    events = json.loads(anonymous, object_hook=_without_trace)
    return json.dumps(events, separators=(",", ":")) + "\n"


def _without_trace(part: dict[str, Any]) -> dict[str, Any]:
    """Leave out where in which machine's files an error was raised."""
    return {name: value for name, value in part.items() if name != "stackTrace"}
