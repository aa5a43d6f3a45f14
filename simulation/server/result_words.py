"""How an activity ended, in words for a trace."""

import json
from typing import Any

from temporalio.api.enums.v1 import EventType


def ending_in_words(kind: int, values: dict[str, Any]) -> str:
    """Tell how an activity ended, from the event that says so."""
    if kind == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
        payloads = values["result"].payloads
        text = payloads[0].data.decode(errors="replace") if payloads else "nothing"
        return f"done, {_short(text)}"
    failure = values.get("failure")
    if failure is None:
        return "cancelled"
    return f"failed, {failure.application_failure_info.type or 'no type'}: {failure.message}"


def _short(text: str) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        return text[:60]
    if not isinstance(document, dict):
        return text[:60]
    operation = document.get("operation")
    if isinstance(operation, dict):
        return f"operation {operation.get('pushOperationKey', '?')[:8]} {operation.get('status')}"
    if "candidates" in document:
        adopted = document.get("adopted")
        return f"{len(document['candidates'])} candidates, {'one' if adopted else 'none'} adopted"
    return text[:80]
