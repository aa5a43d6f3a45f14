"""A push's story without what is in its records."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from dispatch.timeline.timeline import Timeline
from workflows.models import PushOutcome, PushRequest

HIDDEN = "…"

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|(?<![\w-])\d+(?:[.,]\d+)*(?![\w-])")


def redacted(timeline: Timeline) -> Timeline:
    """Hide the records' values and people's reasons, also where somebody's words quote them."""
    mask = _mask(timeline)
    moments = [
        replace(event, said=tuple(_hide(mask, text) for text in event.said))
        for event in timeline.moments
    ]
    requests = {
        run: request.model_copy(
            update={
                "data": _skeleton(request.data),
                "file": request.file and request.file.model_copy(update={"name": HIDDEN}),
                "reason": None,
            }
        )
        for run, request in timeline.requests.items()
    }
    outcome = _without_record(mask, timeline.outcome) if timeline.outcome else None
    return replace(timeline, moments=moments, requests=requests, outcome=outcome)


def _without_record(mask: re.Pattern[str], outcome: PushOutcome) -> PushOutcome:
    def hide(name: str) -> list[object]:
        found = getattr(outcome, name)
        return [
            finding.model_copy(update={"message": _hide(mask, finding.message)})
            for finding in found
        ]

    return outcome.model_copy(
        update={
            "message": _hide(mask, outcome.message),
            "errors": hide("errors"),
            "warnings": hide("warnings"),
            "data": None,
            "changed_by_platform": None,
        }
    )


def _mask(timeline: Timeline) -> re.Pattern[str]:
    values = {
        text
        for request in timeline.requests.values()
        for text in (*_leaves(request.data), *_file_name(request), request.reason or "")
    }
    known = sorted((value for value in values if value.strip()), key=len, reverse=True)
    choices = "|".join(re.escape(value) for value in known) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{choices})(?![\w-])", re.IGNORECASE)


def _file_name(request: PushRequest) -> list[str]:
    return [request.file.name] if request.file else []


def _hide(mask: re.Pattern[str], text: str) -> str:
    # Quoted texts and numbers may be values that the platform has shortened or rounded.
    return _QUOTED.sub(HIDDEN, mask.sub(HIDDEN, text))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for member in cast("dict[str, object]", value).values():
            yield from _leaves(member)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _skeleton(value: object) -> object:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {name: _skeleton(member) for name, member in members.items()}
    if isinstance(value, list):
        return [_skeleton(item) for item in cast("list[object]", value)]
    return HIDDEN
