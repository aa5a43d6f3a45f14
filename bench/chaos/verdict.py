"""What the books, the journal and the endings say together: duplicates, losses, wrong endings."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import permutations

from bench.chaos.books import JournalEntry
from bench.chaos.causes import Cause, cause_of
from bench.chaos.endings import Ending
from bench.chaos.evidence import Case, Evidence
from bench.chaos.wanted import Wanted

_EARLIER = "An earlier request of this push"
"""How a removal says that the second request found nothing, since the first had removed it."""

_SUPERSEDED = ("A later push of the same", "Superseded by push ")


@dataclass
class Verdict:
    """The figures of one side."""

    pushes: int
    records: int = 0
    duplicates: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])
    never_ended: list[str] = field(default_factory=list[str])
    unknowns: Counter[Cause] = field(default_factory=Counter[Cause])
    stale: list[str] = field(default_factory=list[str])
    unexcused: list[str] = field(default_factory=list[str])
    doubts: list[str] = field(default_factory=list[str])
    statuses: Counter[str] = field(default_factory=Counter[str])
    stories: list[Case] = field(default_factory=list[Case])

    @property
    def violations(self) -> list[str]:
        """All that must not be."""
        return [
            *self.duplicates,
            *self.lost,
            *self.wrong,
            *self.never_ended,
            *self.stale,
            *self.unexcused,
        ]


LISTED = timedelta(seconds=15)
"""How long after its start a push is listed at the latest, and what was asked before is sent."""


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)


def judge_ours(wanted: Wanted, evidence: Evidence) -> Verdict:
    """Judge the pushes of Surepush one by one."""
    found = evidence.cases()
    verdict = Verdict(len(found), records=sum(len(case.records) for case in found))
    operations = {
        post["pushOperationKey"]: (case, post)
        for case in found
        for post in case.posts
        if post["pushOperationKey"] and post["did"] != "replayed"
    }
    pairs = _pairs(found)
    for case in found:
        verdict.statuses[case.ending.status or "never ended"] += 1
        if len(case.records) > 1:
            verdict.duplicates.append(f"{case.name}: {len(case.records)} records")
        if case.ending.outcome is None:
            verdict.never_ended.append(f"{case.name}: never ended")
            continue
        verdict.lost += _lost(case, pairs[case.ending.item.marker])
        verdict.wrong += _wrong(case, pairs[case.ending.item.marker])
        if case.ending.status == "Unknown":
            cause = cause_of(case, pairs[case.ending.item.marker], operations)
            verdict.unknowns[cause] += 1
            verdict.doubts.append(f"{case.name}: {cause.value}: {case.ending.outcome.message}")
            if not cause.is_excused(wanted):
                verdict.unexcused.append(f"{case.name}: Unknown for {cause.value}")
    verdict.stale = list(_stale(found))
    named = {violation.partition(":")[0] for violation in verdict.violations}
    verdict.stories = [case for case in found if case.name in named]
    return verdict


def _pairs(found: list[Case]) -> dict[str, list[Case]]:
    pairs: dict[str, list[Case]] = defaultdict(list)
    for case in found:
        pairs[case.ending.item.marker].append(case)
    return pairs


def _lost(case: Case, pair: list[Case]) -> list[str]:
    """Hold a success and a denial against the books."""
    outcome = case.ending.outcome
    assert outcome
    if outcome.status == "Success":
        successes = sum(member.ending.status == "Success" for member in pair)
        if successes > sum(len(member.records) for member in pair):
            return [f"{case.name}: Success, and there is no record"]
    elif case.records and not _taken_by_twin(case, pair):
        if outcome.status == "Failed":
            return [f"{case.name}: Failed, and its record is in the books"]
        if not outcome.submitted:
            return [f"{case.name}: says nothing was sent, and its record is in the books"]
    return []


def _taken_by_twin(case: Case, pair: list[Case]) -> bool:
    operations = {record["pushOperationKey"] for record in case.records}
    others = [member.ending.outcome for member in pair if member is not case]
    return any(outcome and str(outcome.push_operation_key) in operations for outcome in others)


def _wrong(case: Case, pair: list[Case]) -> list[str]:
    outcome, item = case.ending.outcome, case.ending.item
    assert outcome
    wrong: list[str] = []
    named = str(outcome.push_operation_key)
    own = {record["pushOperationKey"] for member in pair for record in member.records}
    is_earlier = item.kind is not None and any(_EARLIER in w.message for w in outcome.warnings)
    if outcome.status == "Success" and named not in own and not is_earlier:
        wrong.append(f"Success of operation {named}, which wrote no record of its own")
    if outcome.status == "Success" and item.kind is None and item.record_id is None:
        wrong += _not_its_share(case, pair, named)
    if outcome.status in ("TimedOut", "Unknown") and case.records and not outcome.may_still_land:
        wrong.append(f"{outcome.status} that may not land any more, and its record is in the books")
    is_superseded = item.record_id and outcome.message.startswith(_SUPERSEDED)
    is_cancelled = outcome.message == "Cancelled before anything was sent."
    if (
        outcome.status == "Failed"
        and item.place.name != "refusing"
        and not (is_cancelled or is_superseded)
    ):
        wrong.append(f"Failed, and nobody refused it: {outcome.message}")
    timed_out = any(run.told and run.told.completed_on_utc for run in case.ending.runs)
    if outcome.status == "TimedOut" and not item.minutes and not timed_out:
        wrong.append(f"TimedOut, and it had all the time: {outcome.message}")
    wrong += _said_before(case)
    return [f"{case.name}: {text}" for text in wrong]


def _not_its_share(case: Case, pair: list[Case], named: str) -> list[str]:
    """Find a twin that wrote nothing, or that ended with the operation of another one."""
    if not case.records:
        return [f"Success of operation {named}, and it wrote nothing itself"]
    same = [
        other.name
        for other in pair
        if other is not case
        and other.ending.status == "Success"
        and other.ending.outcome
        and str(other.ending.outcome.push_operation_key) == named
    ]
    return (
        [f"Success of operation {named}, with which {', '.join(same)} ended, too"] if same else []
    )


def _said_before(case: Case) -> list[str]:
    """Hold what earlier runs told against the books of that moment; a success is for ever."""
    wrong: list[str] = []
    for run in case.ending.runs:
        outcome = run.told
        if outcome is None or run.closed is None:
            continue
        if outcome.status == "Success" and case.ending.status != "Success":
            wrong.append(f"run {run.id} told Success, the last one {case.ending.status}")
        if case.may_swap or outcome.status == "Success":
            continue
        written = [record for record in case.records if _arrival(case, record) < run.closed]
        if written and (outcome.status == "Failed" or not outcome.submitted):
            wrong.append(
                f"run {run.id} told {outcome.status}, submitted {outcome.submitted}, too early"
            )
    return wrong


def _arrival(case: Case, record: JournalEntry) -> datetime:
    moments = [
        _moment(post["receivedAt"])
        for post in case.posts
        if post["pushOperationKey"] == record["pushOperationKey"]
    ]
    return min(moments)


def _stale(found: list[Case]) -> Iterator[str]:
    """Find requests of an older update that arrived after a newer one had been written."""
    updates = [case for case in found if case.ending.item.is_update and case.ending.runs]
    for older, newer in permutations(updates, 2):
        if older.ending.item.record_id != newer.ending.item.record_id:
            continue
        if newer.ending.status != "Success" or not older.begun < newer.begun:
            continue
        known = max(_written(newer), newer.begun + LISTED)
        late = [post for post in older.posts if _moment(post["receivedAt"]) > known]
        if late:
            yield f"{older.name}: sent after {newer.name} had been written"


def _written(case: Case) -> datetime:
    return min(_moment(record["writtenOnUtc"]) for record in case.records)


def judge_plain(endings: list[Ending], ledger: list[JournalEntry]) -> Verdict:
    """Judge plain pushes by what their records say: they have nothing else to be told by."""
    verdict = Verdict(len(endings), records=len(ledger))
    groups: dict[str, list[Ending]] = defaultdict(list)
    for ending in endings:
        groups[ending.item.marker].append(ending)
        verdict.statuses[ending.status or "never ended"] += 1
        if ending.status is None:
            verdict.never_ended.append(f"plain {ending.item.number} never ended")
    texts = [str(record["data"]) for record in ledger]
    for mark, group in groups.items():
        records = sum(mark in text for text in texts)
        statuses = Counter(member.status for member in group)
        name = f"plain {group[0].item.number}"
        verdict.duplicates += [name] * (records - len(group))
        missing = statuses["Success"] - records
        denied = min(records, len(group)) - (len(group) - statuses["Failed"])
        verdict.lost += [name] * max(0, missing, denied)
    return verdict
