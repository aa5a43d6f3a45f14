"""`python -m tests.support.state_diagram`: draws docs/states.svg, from the workflow's code.

Each edge is found by doing to a push's state what a step may do to it, and asking `next_step`.
"""

import math
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4
from xml.sax.saxutils import escape

from activities.models import Idempotency, OperationSnapshot, PushPolicy
from tests.support.cluster import a_request
from workflows.carried_state import CarriedState
from workflows.deadline import Deadline
from workflows.ledger import Ledger
from workflows.push import Step, next_step
from workflows.state import PushState
from workflows.submission import AttemptResult, Submission, mark_not_written, record

PICTURE = Path(__file__).parents[2] / "docs" / "states.svg"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
OPERATION = UUID("3f2a7f5e-0000-4000-8000-000000000001")

Edges = dict[tuple[str, str], set[str]]

START, END = "start", "end"

ENDINGS = {
    Step.RECALL: "it had succeeded",
    Step.PREPARE: "does not fit",
    Step.SEND: "refused",
    Step.FIND: "can't be told",
    Step.POLL: "over, or too late",
    Step.GIVE_UP: "always",
}
"""With what a step ends a push, besides a deadline that has passed; raised as `Ended`."""

PLACES = {
    START: (80, 90),
    Step.PREPARE: (330, 90),
    Step.SEND: (610, 90),
    Step.RECALL: (80, 240),
    Step.FIND: (500, 240),
    Step.POLL: (290, 370),
    Step.GIVE_UP: (840, 170),
    END: (840, 370),
}
WIDE, HIGH, ROW = 120, 40, 18
"""Pixels: of a step, and of a line of the legend."""


def state(mode: Idempotency = Idempotency.HONOURED, *, is_fit: bool = True) -> PushState:
    """Give the state of a push that has sent nothing."""
    policy = PushPolicy(idempotency=mode)
    carried = CarriedState(requested_on_utc=NOON, policy=policy, ledger=Ledger())
    return PushState(a_request(), carried, Deadline(NOON, None), is_recalled=True, is_fit=is_fit)


def sent(pushed: PushState) -> Submission:
    """Open the next submission, and send it."""
    submission = pushed.ledger.begin(NOON, None, pushed.request.frozen_digest)
    submission.open = 1
    return submission


def _starts() -> Iterator[tuple[str, str, PushState]]:
    yield START, "the first run", state(is_fit=False)
    again = state(is_fit=False)
    again.request, again.is_recalled = again.request.model_copy(update={"retry_of": "x"}), False
    yield START, "a later run", again


def _followed(pushed: PushState) -> PushState:
    pushed.snapshot = OperationSnapshot.unread(OPERATION)
    return pushed


def _after_sending() -> Iterator[tuple[str, str, PushState]]:
    for mode in Idempotency:
        for result in sorted(set(AttemptResult) - {AttemptResult.REJECTED}):  # which ends it
            pushed = state(mode)
            record(sent(pushed), result, uuid4(), at=NOON)
            if result is AttemptResult.ACCEPTED:
                _followed(pushed)
            yield Step.SEND, f"{result} ({mode})", pushed
    cancelled = state()
    record(sent(cancelled), AttemptResult.BUSY)
    cancelled.carried.is_cancelled = True
    yield Step.SEND, "cancelled", cancelled


def _after_searching(step: Step) -> Iterator[tuple[str, str, PushState]]:
    for is_fit in (True, False):
        pushed = state(is_fit=is_fit)
        mark_not_written(sent(pushed))
        yield step, "not written", pushed
    yield step, "adopted", _followed(state())


def _all() -> Iterator[tuple[str, str, PushState]]:
    yield from _starts()
    yield Step.RECALL, "nothing was sent", state(is_fit=False)
    yield Step.RECALL, "operation goes on", _followed(state())
    for mode, word in ((Idempotency.HONOURED, "sent, young key"), (Idempotency.IGNORED, "unclear")):
        pushed = state(mode, is_fit=False)
        sent(pushed)
        yield Step.RECALL, word, pushed
    yield Step.PREPARE, "fits", state()
    yield from _after_sending()
    yield from _after_searching(Step.FIND)
    yield Step.POLL, "pending", _followed(state())


def edges() -> Edges:
    """Find from which step to which a push may go, and after what."""
    found: Edges = defaultdict(set)
    for step, word, pushed in _all():
        found[step, next_step(pushed, NOON)].add(word)
    return {pair: _without_modes(words) for pair, words in found.items()}


def _without_modes(words: set[str]) -> set[str]:
    """Name a result alone where it leads there in every mode."""
    names = {word.partition(" (")[0] for word in words}
    both = {name for name in names if all(f"{name} ({mode})" in words for mode in Idempotency)}
    return both | {word for word in words if word.partition(" (")[0] not in both}


def drawn() -> str:
    """Draw the steps, the edges with a number each, and what each number means."""
    found = {pair: sorted(words) for pair, words in edges().items()}
    found |= {(step, END): [word] for step, word in ENDINGS.items()}
    legend = [f"{begin} → {end}: {', '.join(words)}" for (begin, end), words in found.items()]
    rows = [row for number, text in enumerate(legend, 1) for row in _folded(f"{number}  {text}")]
    top = 440
    lines = [
        f'<text x="20" y="{top + ROW * place}" class="word">{escape(row)}</text>'
        for place, row in enumerate(rows)
    ]
    height = top + ROW * len(rows)
    arrows = [_edge(*pair, number) for number, pair in enumerate(found, 1)]
    return "\n".join(
        [_HEAD.format(height=height), *arrows, *map(_node, PLACES), *lines, "</svg>\n"]
    )


def _folded(text: str) -> list[str]:
    return textwrap.wrap(text, 110, subsequent_indent="\u2007\u2007 ")


def _edge(begin: str, end: str, number: int) -> str:
    (x, y), (to_x, to_y) = PLACES[begin], PLACES[end]
    if begin == end:
        top, middle = y - HIGH / 2, (x, y - 48)
        path = f"M{x - 20},{top} C{x - 40},{y - 60} {x + 40},{y - 60} {x + 20},{top}"
    else:
        away = math.hypot(to_x - x, to_y - y)
        along_x, along_y = (to_x - x) / away, (to_y - y) / away
        # Aside of the line between both, so that one back does not cover it.
        x, to_x, y, to_y = x - 8 * along_y, to_x - 8 * along_y, y + 8 * along_x, to_y + 8 * along_x
        gap = min(
            WIDE / 2 / abs(along_x) if along_x else away,
            HIGH / 2 / abs(along_y) if along_y else away,
        )
        path = f"M{x:.0f},{y:.0f} L{to_x - gap * along_x:.0f},{to_y - gap * along_y:.0f}"
        middle = (x + along_x * away * 0.42, y + along_y * away * 0.42)
    at_x, at_y = middle
    return (
        f'<path d="{path}" class="edge"/><circle cx="{at_x:.0f}" cy="{at_y:.0f}" r="9"/>'
        f'<text x="{at_x:.0f}" y="{at_y + 4:.0f}" class="number">{number}</text>'
    )


def _node(name: str) -> str:
    x, y = PLACES[name]
    kind = "end" if name in (START, END) else "step"
    return (
        f'<rect x="{x - WIDE / 2}" y="{y - HIGH / 2}" width="{WIDE}" height="{HIGH}" rx="8" '
        f'class="{kind}"/><text x="{x}" y="{y + 5}" class="name">{name}</text>'
    )


_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 {height}" role="img"
  aria-label="The steps of a push and what leads from one to the next">
<style>
  text {{ font: 13px sans-serif; fill: #1c2733 }}
  .name {{ font-weight: bold; text-anchor: middle }}
  .number {{ font-size: 11px; text-anchor: middle }}
  .step {{ fill: #e3efff; stroke: #1f5fa8 }}
  .end {{ fill: #f3f3f3; stroke: #8a8a8a }}
  .edge {{ fill: none; stroke: #5b6b7b; stroke-width: 1.3; marker-end: url(#to) }}
  circle {{ fill: #fff; stroke: #5b6b7b }}
</style>
<defs><marker id="to" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7"
  orient="auto"><path d="M0,0 L10,5 L0,10 z" fill="#5b6b7b"/></marker></defs>
<rect width="920" height="{height}" fill="#fff"/>"""


if __name__ == "__main__":
    PICTURE.write_text(drawn())
