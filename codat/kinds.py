"""Which kinds of push Codat takes for which data types."""

from collections.abc import Mapping

from surepush_client.kinds import PushKind, kind_of, path_of

__all__ = [
    "ATTACHED_TYPES",
    "DELETED_TYPES",
    "DETACHED_TYPES",
    "PushKind",
    "kind_of",
    "path_of",
    "refuse_type",
]

DELETED_TYPES = frozenset({"billPayments", "bills", "directCosts", "invoices", "journalEntries"})
"""What DELETE takes by Codat's documentation."""

ATTACHED_TYPES = frozenset(
    {"billCreditNotes", "bills", "directCosts", "directIncomes", "invoices", "transfers"}
)
"""What files are attached to by Codat's documentation."""

DETACHED_TYPES = frozenset({"bills"})
"""What files are removed from by Codat's documentation."""

_TAKEN: Mapping[PushKind, tuple[frozenset[str], str]] = {
    PushKind.DELETE: (DELETED_TYPES, "deletes"),
    PushKind.ATTACH: (ATTACHED_TYPES, "attaches files to"),
    PushKind.DETACH: (DETACHED_TYPES, "removes attachments of"),
}


def refuse_type(kind: PushKind, data_type: str) -> str | None:
    """Say why Codat does not take this kind of push of a data type; None where it does.

    Which types are updated differs between platforms, so that is left to Codat.
    """
    taken, does = _TAKEN.get(kind, (frozenset[str](), ""))
    if not does or data_type in taken:
        return None
    return f"Codat {does} {', '.join(sorted(taken))}, not {data_type[:80]}"
