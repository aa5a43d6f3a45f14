"""What each kind of push needs."""

from collections.abc import Mapping

from pydantic import ValidationInfo
from pydantic_core import PydanticKnownError

from codat.kinds import PushKind, refuse_type

_WITHOUT_ID = "recordId is missing: a push of the kind {kind} is of one record"
_UPDATE_ONLY = "{field} belongs to an update: give a recordId or leave it out"


NO_BODY = ()
"""Stands for a body that was not given; JSON has nothing that reads like it."""


def body_of(given: object, info: ValidationInfo) -> object:
    """Give the body of a push; PydanticKnownError, ValueError where its kind takes another."""
    kind: PushKind | None = info.data.get("kind")
    if kind is None or not kind.removes:
        if given == NO_BODY:
            raise PydanticKnownError("missing")
        return given
    if given not in (NO_BODY, {}):
        raise ValueError(f"a push that is to {kind} has no record: leave data out")
    return {}


def check_kind(kind: PushKind, data_type: str, record_id: str | None) -> None:
    """Raise ValueError, one sentence, for what makes no push of that kind."""
    if kind is PushKind.CREATE and record_id is not None:
        raise ValueError("recordId: a create has none, so leave it out, or the kind")
    if kind is not PushKind.CREATE and record_id is None:
        raise ValueError(_WITHOUT_ID.format(kind=kind))
    refusal = refuse_type(kind, data_type)
    if refusal:
        raise ValueError(f"dataType: {refusal}")


def check_update_only(kind: PushKind, given: Mapping[str, object]) -> None:
    """Raise ValueError for a field of updates, by its name, in another kind of push."""
    for field, value in given.items():
        if value is not None and kind is not PushKind.UPDATE:
            raise ValueError(_UPDATE_ONLY.format(field=field))
