"""`{"$ref": "step#/pointer"}` in place of a value: found, checked and replaced; never evaluated."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from activities.json_pointer import POINTER, is_index, tokens_of
from codat.validation.pointers import pointer
from surepush_client.plan_models import NAME

REF = "$ref"

_FREE = ("data",)
_SCALARS = ("status", "pushOperationKey", "requestedOnUtc", "completedOnUtc")
_OF_A_RECORD = ("id", "dataType", "change")
_WHAT_THERE_IS = (
    "an outcome has records/0/id (also dataType and change), data/..., "
    f"{', '.join(_SCALARS[:-1])} and {_SCALARS[-1]}"
)


@dataclass(frozen=True)
class StepReference:
    """What a `$ref` says: the step's name, and a JSON pointer into that step's outcome."""

    step: str
    pointer: str

    @property
    def text(self) -> str:
        """The reference as it is written."""
        return f"{self.step}#{self.pointer}"

    @property
    def is_text(self) -> bool:
        """Whether it stands for a text; else nobody can tell before the step has ended."""
        return not self.pointer.startswith("/data")


def read_reference(written: object) -> StepReference:
    """Read the text of a `$ref`. Raises: ValueError, one sentence."""
    if not isinstance(written, str):
        raise ValueError(f"{REF} must be text such as supplier#/records/0/id")  # noqa: TRY004
    step, hash_sign, place = written.partition("#")
    if not (hash_sign and NAME.fullmatch(step) and POINTER.fullmatch(place)):
        raise ValueError(
            f"{written[:80]!r} is no reference: write the step's name, # and a JSON pointer, "
            "such as supplier#/records/0/id"
        )
    if not _may_exist(tokens_of(place)):
        raise ValueError(f"{written[:80]!r} names what no step has; {_WHAT_THERE_IS}")
    return StepReference(step, place)


def _may_exist(tokens: list[str]) -> bool:
    match tokens:
        case [scalar]:
            return scalar in _SCALARS
        case ["records", index, field]:
            return is_index(index) and field in _OF_A_RECORD
        case [free, *_]:
            return free in _FREE
        case _:
            return False


def written_in(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, object]]:
    """Give each `$ref` in a JSON value: the pointer of its place, and what is written there.

    A `$ref` beside other members is given as the whole object, which is no reference.
    """
    match value:
        case dict():
            members = cast("dict[str, object]", value)
            if REF in members:
                yield pointer(path), members[REF] if len(members) == 1 else members
                return
            for name, member in members.items():
                yield from written_in(member, (*path, name))
        case list():
            for index, item in enumerate(cast("list[object]", value)):
                yield from written_in(item, (*path, index))
        case _:
            return


def references_in(value: object) -> dict[str, StepReference]:
    """Give the readable references in a JSON value, by the pointers of their places."""
    found: dict[str, StepReference] = {}
    for place, written in written_in(value):
        try:
            found[place] = read_reference(written)
        except ValueError:
            continue
    return found


def replaced(value: object, give: Callable[[object], object]) -> Any:  # noqa: ANN401, JSON is anything
    """Copy a JSON value with `give(what is written)` in place of each `$ref`."""
    match value:
        case dict():
            members = cast("dict[str, object]", value)
            if REF in members:
                return give(members[REF])
            return {name: replaced(member, give) for name, member in members.items()}
        case list():
            return [replaced(item, give) for item in cast("list[object]", value)]
        case _:
            return value


def resolved(value: object, values: Mapping[str, object]) -> Any:  # noqa: ANN401, JSON is anything
    """Copy a JSON value with the values of its references, by their text. Raises: KeyError."""
    return replaced(value, lambda written: values[str(written)])
