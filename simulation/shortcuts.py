"""What is the same in every run of a process, computed once.

Nothing here changes what is computed.
"""

import json
from dataclasses import replace
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.enums.v1 import WorkflowExecutionStatus as Status

from codat.validation import cache
from codat.validation.cache import CachedOptions


def install() -> None:
    """Keep compiled option documents, and read protobuf's enums without a search."""
    if cache._compile is not _compile_once:  # noqa: SLF001
        cache._compile = _compile_once  # noqa: SLF001
    for enum in (EventType, Status):
        for name, number in enum.items():
            setattr(enum, name, number)


_compile = cache._compile  # noqa: SLF001
_compiled: dict[str, CachedOptions] = {}


def _compile_once(raw: dict[str, object], asked: float) -> CachedOptions:
    text = json.dumps(raw, default=str)
    known: Any = _compiled.get(text)
    if known is None:
        known = _compiled[text] = _compile(raw, asked)
    return replace(known, asked=asked)
