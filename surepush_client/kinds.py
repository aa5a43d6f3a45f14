"""The kinds of push: what the accounting software can be asked to do with a record."""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import quote

from pydantic import ValidationInfo
from pydantic_core import PydanticKnownError


class PushKind(StrEnum):
    """What a push does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ATTACH = "attach"
    DETACH = "detach"

    @property
    def carries_record(self) -> bool:
        """Whether its body is a record, which the platform's options describe."""
        return self in {PushKind.CREATE, PushKind.UPDATE}

    @property
    def removes(self) -> bool:
        """Whether it takes something away, so that it has no body."""
        return self in {PushKind.DELETE, PushKind.DETACH}


class Ordering(StrEnum):
    """Whether an update waits for older ones that were not sent, or replaces them."""

    REQUESTED = "requested"
    LATEST = "latest"


def kind_of(kind: PushKind | None, record_id: str | None) -> PushKind:
    """Give the kind of a push; where none is named, a record id makes it an update."""
    return kind or (PushKind.CREATE if record_id is None else PushKind.UPDATE)


def path_of(kind: PushKind, *parts: str | None) -> str:
    """Name a kind and what it is about, as the id of a push does.

    `update` has the record's id as it is; in the later kinds each part is percent-encoded, so that
    no two of them read alike.
    """
    given = [part for part in parts if part is not None]
    if kind is PushKind.UPDATE:
        return "/".join((kind, *given))
    return "/".join((kind, *(quote(part, safe="") for part in given)))


NO_BODY = ()
"""Stands for a body that was not given; JSON has nothing that reads like it."""


def body_of(given: object, info: ValidationInfo) -> object:
    """Give the body of a push. Raises: PydanticKnownError, ValueError where its kind has another.

    `info` has the `kind` that was validated before.
    """
    kind: PushKind | None = info.data.get("kind")
    if kind is None or kind.carries_record:
        if given == NO_BODY:
            raise PydanticKnownError("missing")
        return given
    if given not in (NO_BODY, {}):
        raise ValueError(f"a push that is to {kind} has no record: leave data out")
    return {}


def check_parts(kind: PushKind, *, has_file: bool, has_attachment: bool) -> None:
    """Check what only some kinds have. Raises: ValueError that names what is missing or too much.

    `has_attachment`: an attachmentId was given.
    """
    for of, field, is_given in (
        (PushKind.ATTACH, "file", has_file),
        (PushKind.DETACH, "attachmentId", has_attachment),
    ):
        if is_given and kind is not of:
            raise ValueError(f"{field} belongs to a push of the kind {of}: leave it out")
        if kind is of and not is_given:
            raise ValueError(f"{field} is missing: a push of the kind {of} has one")


def check_update_only(kind: PushKind, given: Mapping[str, object]) -> None:
    """Check fields that only updates have. Raises: ValueError that names one in another kind."""
    for field, value in given.items():
        if value is not None and kind is not PushKind.UPDATE:
            raise ValueError(f"{field} belongs to an update: give a recordId or leave it out")


def check_reading(kind: PushKind, *, look_first: bool | None, read_back: bool | None) -> None:
    """Check what is asked of the record. Raises: ValueError that names what its kind lacks."""
    if look_first and kind is not PushKind.CREATE:
        raise ValueError("lookFirst belongs to a create: leave it out")
    if read_back and not kind.carries_record:
        raise ValueError(f"readBack belongs to a create or an update: a {kind} has no record")
