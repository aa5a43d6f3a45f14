"""How much an event loop does in one turn: calls of functions, not seconds."""

import sys
from asyncio import Handle
from types import TracebackType
from typing import Self

_TURN = Handle._run.__code__  # noqa: SLF001, the event loop's own turn


class Busiest:
    """Counts the calls of the busiest turn of this thread's event loop within a block."""

    def __init__(self) -> None:
        self.calls = 0
        self._now = 0

    def __enter__(self) -> Self:
        sys.setprofile(self._seen)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.setprofile(None)

    def _seen(self, frame, event, _) -> None:
        if frame.f_code is _TURN and event == "call":
            self._now = 0
        if event in {"call", "c_call"}:
            self._now += 1
            self.calls = max(self.calls, self._now)
