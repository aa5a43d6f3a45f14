"""The kinds of push: what Codat can be asked to do with a record, and for which data types."""

from enum import StrEnum

from codat.target import segment


class PushKind(StrEnum):
    """What a push does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"

    @property
    def carries_record(self) -> bool:
        """Whether its body is a record, which the platform's options describe."""
        return self in {PushKind.CREATE, PushKind.UPDATE}

    @property
    def removes(self) -> bool:
        """Whether it takes something away, so that it has no body."""
        return self is PushKind.DELETE


def kind_of(kind: PushKind | None, record_id: str | None) -> PushKind:
    """Give the kind of a push; where none is named, a record id makes it an update."""
    return kind or (PushKind.CREATE if record_id is None else PushKind.UPDATE)


DELETED_TYPES = frozenset({"billPayments", "bills", "directCosts", "invoices", "journalEntries"})
"""What DELETE takes by Codat's documentation."""


def refuse_type(kind: PushKind, data_type: str) -> str | None:
    """Say why Codat does not take this kind of push of a data type; None where it does.

    Which types are updated differs between platforms, so that is left to Codat.
    """
    if kind is not PushKind.DELETE or data_type in DELETED_TYPES:
        return None
    return f"Codat deletes {', '.join(sorted(DELETED_TYPES))}, not {data_type[:80]}"


def path_of(kind: PushKind, *parts: str | None) -> str:
    """Name a kind and what it is about, as the id of a push does.

    `update` has the record's id as it is; in the later kinds each part is percent-encoded, so that
    no two of them read alike.
    """
    given = [part for part in parts if part is not None]
    if kind is PushKind.UPDATE:
        return "/".join((kind, *given))
    return "/".join((kind, *map(segment, given)))
