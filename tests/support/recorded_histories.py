"""The histories that are replayed."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "replay" / "histories"
HISTORIES = sorted(FOLDER.glob("*.json"))
PUSHES = [path for path in HISTORIES if "-plan-" not in path.stem or "-plan-step-" in path.stem]
"""Those of pushes; a step of a plan is a push, too."""
