"""A plan as a file gives it: one JSON object, or its head and then a step a line."""

import sys
from pathlib import Path
from typing import Any, cast

from codat.exact_json import loads
from commands.exit_codes import WRONG_INPUT, CommandError
from workflows.plan.check import InvalidPlan, read_plan
from workflows.plan.models import PlanRequest

MAX_FILE_BYTES = 64 * 1024 * 1024


def read_plan_file(source: str) -> PlanRequest:
    """Read a plan from a file, or from standard input for `-`. Raises: CommandError."""
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        message = f"FILE: {source} can't be read: {error.strerror}."
        raise CommandError(message, WRONG_INPUT) from None
    if len(raw) > MAX_FILE_BYTES:
        raise CommandError(f"FILE: a plan may have at most {MAX_FILE_BYTES} bytes.", WRONG_INPUT)
    try:
        return read_plan(_parsed(raw))
    except InvalidPlan as error:
        rows = [f"{finding.pointer or '/'}: {finding.message}" for finding in error.findings]
        raise CommandError("\n".join(["FILE is no plan:", *rows]), WRONG_INPUT) from None


def _parsed(raw: bytes) -> Any:  # noqa: ANN401, JSON is anything
    lines = [(number, line) for number, line in enumerate(raw.splitlines(), 1) if line.strip()]
    head = _object(lines[0][1]) if lines else None
    if head is None or "steps" in head or len(lines) == 1:
        return _loads(raw, "FILE")
    return {**head, "steps": [_loads(line, f"FILE, line {number}") for number, line in lines[1:]]}


def _object(line: bytes) -> dict[str, Any] | None:
    """Read a line that is an object by itself; None for the first line of a larger one."""
    try:
        found = loads(line)
    except ValueError:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _loads(raw: bytes, where: str) -> Any:  # noqa: ANN401, JSON is anything
    try:
        return loads(raw)
    except ValueError as error:
        raise CommandError(f"{where} is no JSON: {error}", WRONG_INPUT) from None
