"""What a push's story is told in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError

from activities.wire import Finding
from workflows.models import PushOutcome, PushRequest

T = TypeVar("T")


@dataclass(frozen=True)
class TimelineEvent:
    """Something that happened to a push; `at` and `until` are UTC.

    `run` counts the push's runs from 1; `why` says what made a request safe to send; `said` are
    the platform's words or a person's, which may quote the record. `seconds` is how long a step
    took, without what it waited for. The same thing `times` in a row is one moment that lasts
    `until` its last time, and took the sum.
    """

    at: datetime
    run: int
    what: str
    who: str = ""
    why: str = ""
    said: tuple[str, ...] = ()
    times: int = 1
    until: datetime | None = None
    seconds: float | None = None


@dataclass
class Timeline:
    """A push from its request to where it stands now; `requests` by run, `outcome` of its end.

    `unreadable` counts the runs whose histories are gone.
    """

    push_id: UUID
    moments: list[TimelineEvent] = field(default_factory=list[TimelineEvent])
    requests: dict[int, PushRequest] = field(default_factory=dict[int, PushRequest])
    outcome: PushOutcome | None = None
    is_running: bool = False
    unreadable: int = 0

    @property
    def request(self) -> PushRequest | None:
        """What was asked last."""
        return self.requests[max(self.requests)] if self.requests else None

    @property
    def data(self) -> Any:  # noqa: ANN401, JSON is anything
        """The record that was to be written last."""
        return self.request.data if self.request else None


def timeline_event(  # noqa: PLR0913, what a moment consists of
    event: HistoryEvent,
    run: int,
    what: str,
    who: str = "",
    *,
    why: str = "",
    texts: Sequence[str] = (),
    seconds: float | None = None,
) -> TimelineEvent:
    """Make a moment of an event; empty words are left out."""
    at, words_of_it = event.event_time.ToDatetime(tzinfo=UTC), tuple(filter(None, texts))
    return TimelineEvent(at, run, what, who, why, words_of_it, seconds=seconds)


def merged(moments: Iterable[TimelineEvent]) -> list[TimelineEvent]:
    """Tell the same thing that happens again and again only once."""
    kept: list[TimelineEvent] = []
    for moment in moments:
        last = kept[-1] if kept else None
        if last and (last.what, last.run) == (moment.what, moment.run):
            kept[-1] = replace(
                last,
                times=last.times + 1,
                until=moment.at,
                said=moment.said,
                seconds=_sum(last.seconds, moment.seconds),
            )
        else:
            kept.append(moment)
    return kept


def _sum(before: float | None, more: float | None) -> float | None:
    return before if more is None else more + (before or 0)


def remarks(findings: Iterable[Finding]) -> list[str]:
    """Say each finding with its place and its rule."""
    return [
        f"{finding.pointer or '/'}: {finding.message}"
        + (f" (rule: {finding.rule})" if finding.rule else "")
        for finding in findings
    ]


async def decoded(converter: DataConverter, payloads: Sequence[Payload], kind: type[T]) -> T | None:
    """Read a value out of history; none at all, or one that is none of that kind, is None."""
    if not payloads:
        return None
    try:
        (value,) = await converter.decode(payloads, [kind])
    except (ValueError, ApplicationError):
        return None
    return value


async def words(converter: DataConverter, failure: Failure) -> str:
    """Read what an error says, which lies apart when it is encrypted."""
    if not failure.HasField("encoded_attributes"):
        return failure.message
    (attributes,) = await converter.decode([failure.encoded_attributes], [dict[str, str]])
    return attributes["message"]
