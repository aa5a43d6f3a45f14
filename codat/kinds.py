"""Which kinds of push Codat takes for which data types."""

from surepush_client.kinds import PushKind, kind_of, path_of

__all__ = ["DELETED_TYPES", "PushKind", "kind_of", "path_of", "refuse_type"]

DELETED_TYPES = frozenset({"billPayments", "bills", "directCosts", "invoices", "journalEntries"})
"""What DELETE takes by Codat's documentation."""


def refuse_type(kind: PushKind, data_type: str) -> str | None:
    """Say why Codat does not take this kind of push of a data type; None where it does.

    Which types are updated differs between platforms, so that is left to Codat.
    """
    if kind is not PushKind.DELETE or data_type in DELETED_TYPES:
        return None
    return f"Codat deletes {', '.join(sorted(DELETED_TYPES))}, not {data_type[:80]}"
