"""Labelled pairs: what was sent, and a record of the books that is it, a near-twin or another."""

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from tests.corpus.bases import Base, example_bases, published_bases
from tests.corpus.fields import NUMBERS, Record
from tests.corpus.rewriting import draw_habits, rewritten
from tests.corpus.twins import SOFT, TWINS, differences, renumber, twin_of

REQUESTED = datetime(2026, 3, 2, 10, 0, 7, tzinfo=UTC)
HARDEST, AS_FOUND = "all new", "as found"
OLD, NAMED = 0.8, 0.1
"""Shares of the others' records as found: older than the request, named by their operation."""


@dataclass(frozen=True)
class Pair:
    """Two records and the truth about them."""

    label: str
    is_ours: bool
    differs: frozenset[str]
    data_type: str
    habits: list[str]
    sent: Record
    read: Record
    unique_field: str | None = None
    is_named_by_another: bool = False


def corpus(seed: int, size: int, *, published: bool, circumstances: str = HARDEST) -> list[Pair]:
    """Make pairs, four to a record: it, two near-twins and another, all of one platform's habits.

    `circumstances`: all are new and named by nobody (HARDEST), or as a company's books are.
    """
    rng, chance = random.Random(f"records {seed}"), random.Random(f"circumstances {seed}")
    bases = published_bases(rng) if published else example_bases(rng)
    pairs = (pair for base, other in bases for pair in _family(base, other, rng))
    return [_placed(pair, circumstances, chance) for pair in islice(pairs, size)]


def _family(base: Base, other: Record, rng: random.Random) -> Iterator[Pair]:
    number = next((name for name in NUMBERS if base.record.get(name)), None)
    unique = number if rng.random() < 0.25 else None
    records = [("ours", base.record), *_twins(base, unique, rng)]
    if len(records) < 3:
        return
    records.append(("another", _another(base, other, rng)))
    habits, seed = draw_habits(rng), str(rng.random())
    for label, record in records:
        yield Pair(
            label=label,
            is_ours=label == "ours",
            differs=differences(base.record, record),
            data_type=base.data_type,
            habits=habits,
            sent=base.record,
            read=rewritten(record, base.data_type, habits, seed),
            unique_field=f"/{unique}" if unique else None,
        )


def _placed(pair: Pair, circumstances: str, chance: random.Random) -> Pair:
    """Say when the record came into the books, and whether an operation names it."""
    share = chance.random()
    is_found = circumstances == AS_FOUND and not pair.is_ours
    added = _of_the_books(chance, is_old=is_found and share < OLD)
    is_named = is_found and OLD <= share < OLD + NAMED
    return replace(pair, read=pair.read | added, is_named_by_another=is_named)


def _twins(base: Base, unique: str | None, rng: random.Random) -> Iterator[tuple[str, Record]]:
    found = 0
    for kind in rng.sample(sorted(TWINS), len(TWINS)):
        twin = twin_of(base.record, kind, base.platform, rng)
        if twin is None or found == 2:
            continue
        if unique or kind in SOFT or rng.random() < 0.3:
            renumber(twin, rng)
        if twin != base.record:
            found += 1
            yield f"near-twin: {kind}", twin


def _another(base: Base, other: Record, rng: random.Random) -> Record:
    """Give another record of the same kind, or ours with more than one thing changed."""
    made = copy.deepcopy(other if rng.random() < 0.5 else base.record)
    for kind in rng.sample(["one date", "one quantity", "party", "one account", "one text"], 5):
        if len(differences(base.record, made)) > 1:
            break
        made = twin_of(made, kind, base.platform, rng) or made
    renumber(made, rng)
    return made


def _of_the_books(rng: random.Random, *, is_old: bool) -> Record:
    """Give what Codat adds when it reads a record."""
    age = -timedelta(days=rng.randrange(2, 200)) if is_old else timedelta()
    written = REQUESTED + age + timedelta(seconds=rng.randrange(1, 3600))
    forms = [f"{written.replace(tzinfo=None).isoformat()}Z"] * 4
    local = written + timedelta(hours=rng.choice([-8, 0, 2, 12]))
    forms += [local.replace(tzinfo=None).isoformat(), f"{local.date()}T00:00:00"]
    added: dict[str, Any] = {
        "id": str(rng.randrange(10**6)),
        "modifiedDate": f"{(written + timedelta(minutes=7)).replace(tzinfo=None).isoformat()}Z",
        "sourceModifiedDate": rng.choice(forms),
        "metadata": {"isDeleted": False},
    }
    return added
