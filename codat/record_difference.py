"""What an update would change of a record, as Codat's cache has it."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from codat.errors import CodatNeverSynced, CodatRefused
from codat.models import PushTarget
from codat.reads import CodatReads
from codat.records import CachedRecord
from codat.validation.pointers import pointer

READ_ONLY = frozenset({"id", "modifiedDate", "sourceModifiedDate", "metadata"})
"""Fields that no update changes, or empties by leaving them out."""

_CHANGED = "sourceModifiedDate"

MAX_SHOWN = 500

Fields = Mapping[str, object]
Path = tuple[str | int, ...]


class FieldChange(BaseModel):
    """A field that gets another value; `before` is None where the record has none."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    pointer: str
    before: Any = None
    after: Any = None


class RecordDifference(BaseModel):
    """What changes, and which fields of the record the update leaves out (JSON pointers).

    `is_stale`: the update has another `sourceModifiedDate` than the record.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    changes: list[FieldChange]
    omitted: list[str]
    is_stale: bool = False

    @property
    def changes_nothing(self) -> bool:
        """Whether the record stays as it is, also where an update replaces the whole record."""
        return not (self.changes or self.omitted)

    @property
    def sentences(self) -> list[str]:
        """What a person has to know of it."""
        remarks: list[str] = []
        if self.changes_nothing:
            remarks.append("The update changes nothing.")
        elif not self.changes:
            remarks.append("No field gets another value.")
        if self.omitted:
            remarks.append(
                "A platform that replaces the whole record empties the fields that are left out: "
                f"{', '.join(self.omitted)}."
            )
        if self.is_stale:
            remarks.append(
                "The record changed after it was read, so the accounting software may refuse the "
                "update: take the record's present values and sourceModifiedDate, or forceUpdate."
            )
        return remarks


def difference(sent: Fields, stands: Fields) -> RecordDifference:
    """Compare what an update sends with the record; numbers by value."""
    return RecordDifference(
        changes=list(_changes((), sent, stands))[:MAX_SHOWN],
        omitted=list(_omitted((), sent, stands))[:MAX_SHOWN],
        is_stale=sent.get(_CHANGED, stands.get(_CHANGED)) != stands.get(_CHANGED),
    )


async def read_difference(
    reads: CodatReads, target: PushTarget, record_id: str, sent: Fields
) -> RecordDifference:
    """Read the record from Codat's cache and compare. Raises: CodatRefused where it has none."""
    return difference(sent, (await read_standing(reads, target, record_id)).data)


async def read_standing(reads: CodatReads, target: PushTarget, record_id: str) -> CachedRecord:
    """Read a record that can be updated. Raises: CodatRefused where Codat's cache has none."""
    try:
        record = await reads.read_record(target, record_id)
    except CodatNeverSynced as error:
        raise CodatRefused(
            f"Codat has never read {target.data_type} here, so the record is not known: refresh it."
        ) from error
    if record is None or record.is_deleted:
        raise CodatRefused(
            f"Codat's copy of {target.data_type} has no record {record_id}, so it "
            "is not known: refresh it, or correct the id."
        )
    return record


def _changes(place: Path, sent: object, stands: object) -> Iterator[FieldChange]:
    match sent, stands:
        case dict(), dict():
            known = cast("Fields", stands)
            for name, value in cast("Fields", sent).items():
                if place or name not in READ_ONLY:
                    yield from _changes((*place, name), value, known.get(name))
        case _ if (pairs := _pairs(sent, stands)) is not None:
            for number, pair in enumerate(pairs):
                yield from _changes((*place, number), *pair)
        case _ if sent != stands:
            yield FieldChange(pointer=pointer(place), before=stands, after=sent)
        case _:
            pass


def _omitted(place: Path, sent: object, stands: object) -> Iterator[str]:
    match sent, stands:
        case dict(), dict():
            given = cast("Fields", sent)
            for name, value in cast("Fields", stands).items():
                inner = (*place, name)
                if name in given:
                    yield from _omitted(inner, given[name], value)
                elif name not in READ_ONLY and value not in (None, "", [], {}):
                    yield pointer(inner)
        case _ if (pairs := _pairs(sent, stands)) is not None:
            for number, pair in enumerate(pairs):
                yield from _omitted((*place, number), *pair)
        case _:
            pass


def _pairs(sent: object, stands: object) -> list[tuple[object, object]] | None:
    """Pair the items of two lists; None where one has more, or is no list."""
    if not isinstance(sent, list) or not isinstance(stands, list):
        return None
    ours, theirs = cast("list[object]", sent), cast("list[object]", stands)
    return list(zip(ours, theirs, strict=True)) if len(ours) == len(theirs) else None
