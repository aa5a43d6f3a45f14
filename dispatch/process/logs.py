"""What processes write about themselves: one line a thing, with the push it is about."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

from temporalio import activity, workflow

_PUSH = re.compile(
    r"push-(?:notify-)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)
_QUIET = ("httpx", "httpcore", "uvicorn.access")
"""They would say with ids what codat.observer and gateway.middleware.metrics say without."""


class JsonLines(logging.Formatter):
    """One JSON object a line; of an error its type and place, as its text may quote a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        first = record.getMessage().partition("\n")[0]
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": first,
            "push": _push_of(record, first),
            **getattr(record, "fields", {}),
        }
        kind, error, trace = record.exc_info or (None, None, None)
        if kind and error:
            entry["error"] = {"type": kind.__qualname__, "at": _places(trace)}
        return json.dumps({name: value for name, value in entry.items() if value is not None})


def _push_of(record: logging.LogRecord, message: str) -> str | None:
    """Tell which push a line is about: that which is being worked at, or that which it names."""
    known = getattr(record, "temporal_workflow", None) or getattr(record, "temporal_activity", {})
    name = str(known.get("workflow_id", ""))
    if activity.in_activity():
        name = activity.info().workflow_id or ""
    elif workflow.in_workflow():
        name = workflow.info().workflow_id
    found = _PUSH.search(name) or _PUSH.search(message)
    return found[1] if found else None


def _places(trace: TracebackType | None) -> list[str]:
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
    ]


def configure_logging(style: Literal["text", "json"]) -> None:
    """Write to standard error from here on, a line for each thing of some importance."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(JsonLines() if style == "json" else plain)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    if style == "json":
        # The SDK puts the same as a dictionary behind each message.
        workflow.logger.workflow_info_on_message = False
        activity.logger.activity_info_on_message = False
