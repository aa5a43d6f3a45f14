"""What the demo shows while it runs: one line a push."""

import asyncio
import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text
from temporalio.service import RPCError

from codat.models import PushStatus
from dispatch.pushes import Push
from stack.demo_pushes import Part
from workflows.models import PushOutcome

COLOURS: dict[str, str] = {
    PushStatus.SUCCESS: "green",
    PushStatus.FAILED: "red",
    PushStatus.TIMED_OUT: "yellow",
    PushStatus.UNKNOWN: "magenta",
}
_ASK_EVERY = 1.0
_PATIENCE = 2.0


@dataclass
class Line:
    """One push as it is seen from outside."""

    part: Part
    push: Push
    begun: float = field(default_factory=time.monotonic)
    seconds: float | None = None
    outcome: PushOutcome | None = None
    news: str = "The push was accepted."

    @property
    def is_as_it_should(self) -> bool:
        """Whether it has ended, and in the way that was meant."""
        return self.outcome is not None and self.outcome.status is self.part.ending

    async def follow(self) -> None:
        """Keep the line true until the push has ended."""
        watching = asyncio.create_task(self._watch())
        try:
            self.outcome = await self.push.outcome()
        finally:
            watching.cancel()
        self.seconds = time.monotonic() - self.begun
        self.news = self.outcome.message

    async def _watch(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_PATIENCE):
                    progress = await self.push.progress()
                self.news = progress.message if progress else self.news
            except (RPCError, TimeoutError):
                self.news = "No worker answers; Temporal keeps the push."
            await asyncio.sleep(_ASK_EVERY)

    @property
    def cells(self) -> tuple[str | Text, ...]:
        """The line as a row of the table."""
        seconds = time.monotonic() - self.begun if self.seconds is None else self.seconds
        status = self.outcome.status if self.outcome else PushStatus.PENDING
        return (
            self.part.data_type,
            self.part.company_name,
            Text(status.value, style=COLOURS.get(status, "blue")),
            f"{seconds:.0f}",
            Text(self.news),
        )


class Board:
    """All lines, as Rich draws them: anew whenever it asks."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines

    def __rich__(self) -> Table:
        table = Table("Data type", "Company", "Status", "Seconds", "What is known")
        table.columns[3].justify = "right"
        table.columns[4].overflow = "fold"
        for line in self._lines:
            table.add_row(*line.cells)
        return table


def end_table(console: Console) -> None:
    """End the line after a live table, which Rich does only on a terminal."""
    if not console.is_terminal:
        console.print()
