"""How many pairs of a corpus are judged ours, not ours or unclear."""

from collections import Counter
from collections.abc import Iterable

from activities.evidence import Evidence, ReadContext, RecordVerdict, judge_record
from tests.corpus.pairs import REQUESTED, Pair

Judged = tuple[Pair, Evidence]


def judged(pairs: Iterable[Pair]) -> list[Judged]:
    return [(pair, judge_record(pair.sent, pair.read, _context(pair))) for pair in pairs]


def is_wrong(pair: Pair, evidence: Evidence) -> bool:
    wrong = RecordVerdict.NOT_OURS if pair.is_ours else RecordVerdict.OURS
    return evidence.verdict is wrong


def decided(results: list[Judged], *, facts: int) -> float:
    """Give the share of the pairs apart in so many facts at least that are not unclear."""
    apart = [evidence for pair, evidence in results if len(pair.differs) >= facts]
    return sum(each.verdict is not RecordVerdict.UNCLEAR for each in apart) / len(apart)


def table(results: list[Judged]) -> str:
    """Write a row for each label, with the number of its pairs by verdict."""
    counts: Counter[tuple[str, RecordVerdict]] = Counter()
    for pair, evidence in results:
        counts[pair.label, evidence.verdict] += 1
    labels = sorted({pair.label for pair, _ in results})
    rows = [[label, *(counts[label, verdict] for verdict in RecordVerdict)] for label in labels]
    rows.append(["all", *(sum(row[place] for row in rows) for place in (1, 2, 3))])
    head = ["label", *RecordVerdict]
    return "\n".join(f"{row[0]:28}{row[1]:>10}{row[2]:>10}{row[3]:>10}" for row in [head, *rows])


def _context(pair: Pair) -> ReadContext:
    return ReadContext(
        data_type=pair.data_type,
        requested_at=REQUESTED,
        unique_field=pair.unique_field,
        is_named_by_another=pair.is_named_by_another,
    )
