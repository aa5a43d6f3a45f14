"""The pushes of our very record that may have written one and have no operation.

Temporal's list only names them: how each stands is asked of itself, by its history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from temporalio.client import Client, WorkflowExecutionDescription

from activities.equal_twins import EqualPush
from activities.find_models import FindSubmission, TwinTimes
from activities.other_pushes import BEFORE, OPERATION, STATUS, OtherPushes
from activities.prior_runs import PastEvent, PastEventKind
from activities.recall import prior_runs_of
from activities.visibility import equals
from activities.wire import Wire

MAX_TWINS = 20
"""The histories of more equal pushes are not read; then none of them takes an operation."""

_NEVER, _EVER = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
"""Moments before and after all others, with room to reckon."""


@dataclass(frozen=True)
class EqualPushes:
    """The pushes, ours included, and the operations that any push of our record has."""

    pushes: list[EqualPush]
    held: frozenset[UUID]


async def read_equal_pushes(
    client: Client, ask: FindSubmission, others: OtherPushes, times: TwinTimes, now: datetime
) -> EqualPushes | None:
    """Read how all pushes of our record stand; None where there is no other, or too many.

    `now` is UTC. Raises: RPCError.
    """
    # What closed earlier has nothing in the list that is searched.
    oldest = ask.since - 2 * BEFORE - times.settled_after
    twins = await others.of_our_record(oldest)
    if not 0 < len(twins) <= MAX_TWINS:
        return None
    pushes: list[EqualPush] = []
    held: set[UUID] = set()
    for push in sorted({*twins, f"push-{ask.push_id}"}):
        read = await _read(client, push, times, now)
        if isinstance(read, EqualPush):
            pushes.append(read)
            held |= read.held
        else:
            held |= read
    return EqualPushes(pushes, frozenset(held))


async def _read(
    client: Client, push: str, times: TwinTimes, now: datetime
) -> EqualPush | set[UUID]:
    """Give how a push stands that may have written; of any other the operations that it has.

    Raises: RPCError.
    """
    described = await client.get_workflow_handle(push).describe()
    operation = described.typed_search_attributes.get(OPERATION)
    if operation:
        return {UUID(operation)}
    if described.typed_search_attributes.get(STATUS) == "Failed":
        return set()
    listed = [run async for run in client.list_workflows(equals("WorkflowId", push))]
    runs = {run.run_id: run for run in (*listed, described)}
    prior = await prior_runs_of(client, push, list(runs))
    # An earlier run may not be listed yet.
    is_new = described.start_time + times.listed_within > now
    if prior.unreadable or is_new:
        return EqualPush(push, _NEVER, _EVER, _EVER, is_owed=is_new, is_in_doubt=not is_new)
    closed = [run.close_time for run in runs.values() if run.close_time]
    return sent_push(push, prior.facts, closed, is_sending=_is_sending(described))


def _is_sending(described: WorkflowExecutionDescription) -> bool:
    pending = described.raw_description.pending_activities
    return any(attempt.activity_type.name == "push" for attempt in pending)


def sent_push(
    push: str, facts: Iterable[PastEvent], closed: Iterable[datetime], *, is_sending: bool
) -> EqualPush | set[UUID]:
    """Say from its past how a push stands; one that has written nothing unknowingly: what it has.

    `closed` is when its runs closed (UTC), `is_sending`: an attempt is under way.
    """
    past = _SentPast(sorted(closed))
    for fact in facts:
        past.take(fact)
    past.end(is_sending=is_sending)
    return past.push(push) or past.held


@dataclass
class _SentPast:
    """What the facts of a push come to; `closed` are the ends of its runs, one after the other."""

    closed: Sequence[datetime]
    held: set[UUID] = field(default_factory=set[UUID])
    _scheduled: list[tuple[int, datetime]] = field(default_factory=list[tuple[int, datetime]])
    _last: datetime = _NEVER
    _open: PastEvent | None = None
    _has_operation: bool = False
    _is_owed: bool = False
    _is_in_doubt: bool = False

    def take(self, fact: PastEvent) -> None:
        """Take in the next fact."""
        match fact.kind:
            case PastEventKind.SCHEDULED:
                self._end_attempt()
                self._scheduled.append((fact.number, fact.at))
                self._open, self._has_operation = fact, False
            case PastEventKind.ANSWERED:
                self._open, self._last = None, max(self._last, fact.at)
                self._hold(fact.operation)
            case PastEventKind.ADOPTED:
                self._hold(fact.operation)
            case PastEventKind.SETTLED:
                self._is_in_doubt = True
            case PastEventKind.CARRIED:
                self._carry(fact)
            case _:
                pass

    def end(self, *, is_sending: bool) -> None:
        """Take in whether an attempt is under way."""
        if is_sending:
            self._is_owed, self._open = True, None
        self._end_attempt()

    def push(self, push: str) -> EqualPush | None:
        """Give the push, if it may have written and has no operation."""
        if not self._scheduled or self._has_operation:
            return None
        newest = self._scheduled[-1][0]
        return EqualPush(
            push,
            first=min(at for _, at in self._scheduled),
            last=_EVER if self._is_owed else self._last,
            newest=min(at for number, at in self._scheduled if number == newest),
            held=frozenset(self.held),
            is_owed=self._is_owed,
            is_in_doubt=self._is_in_doubt,
        )

    def _hold(self, operation: UUID | None) -> None:
        if operation:
            self.held.add(operation)
            self._has_operation = True

    def _end_attempt(self) -> None:
        """Let an attempt without an answer end with its run; else nothing says when it did."""
        if self._open:
            ends = [end for end in self.closed if end >= self._open.at]
            self._last = max(self._last, ends[0]) if ends else self._last
            self._is_in_doubt |= not ends
        self._open = None

    def _carry(self, fact: PastEvent) -> None:
        """Take what a run that went on in a new one had entered until then."""
        ledger = _CarriedLedger.model_validate(fact.ledger)
        self._scheduled = [(entry.number, entry.first_scheduled) for entry in ledger.entries]
        self._last, self._open = fact.at, None
        self._has_operation = bool(ledger.entries and ledger.entries[-1].operation)
        self.held |= {entry.operation for entry in ledger.entries if entry.operation}
        # Nothing is left to say whether a person had decided that a further one was sent.
        self._is_in_doubt = ledger.unread or len(ledger.entries) > 1


class _CarriedSubmission(Wire):
    """The part of a submission that tells when it was sent, and what came of it."""

    number: int
    first_scheduled: datetime
    operation: UUID | None = None


class _CarriedLedger(Wire):
    """The part of a ledger that tells of submissions."""

    entries: list[_CarriedSubmission] = []
    unread: bool = False
