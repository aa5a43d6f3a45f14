"""In what a plan differs from the one that has its key."""

from collections.abc import Iterator
from typing import cast

from codat.canonical_json import canonical
from codat.validation.pointers import pointer
from workflows.plan.models import PlanRequest


def differences(known: PlanRequest, given: PlanRequest) -> Iterator[str]:
    """Say in what a plan differs from a known one, without quoting a record."""
    before, after = known.content, given.content
    old = {step["name"]: step for step in before.pop("steps")}
    new = {step["name"]: step for step in after.pop("steps")}
    yield from _places(before, after)
    yield from (f"the step {name} is gone" for name in old if name not in new)
    yield from (f"the step {name} is new" for name in new if name not in old)
    for name, step in new.items():
        for place in _places(old.get(name, step), step):
            yield f"of the step {name}, {place}"
    if not (list(old) == list(new) or set(old) ^ set(new)):
        yield "the steps have another order"


def _places(old: object, new: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    ours, theirs = _members(old), _members(new)
    if ours is not None and theirs is not None and type(old) is type(new):
        for name in {**ours, **theirs}:
            yield from _places(ours.get(name), theirs.get(name), (*path, name))
    elif canonical(old) != canonical(new):
        yield f"{pointer(path) or '/'} differs"


def _members(value: object) -> dict[str, object] | None:
    match value:
        case dict():
            return cast("dict[str, object]", value)
        case list():
            items = cast("list[object]", value)
            return {str(index): item for index, item in enumerate(items)}
        case _:
            return None
