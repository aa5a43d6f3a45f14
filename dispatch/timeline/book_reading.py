"""What reading the books has shown, in a push's story."""

from activities.look_first import LookFirstResult
from activities.read_back import ReadRecordResult
from activities.refresh_models import RefreshResult

RESULTS = {
    "refresh-data": RefreshResult,
    "read-record": ReadRecordResult,
    "look-first": LookFirstResult,
}

FAILED = {
    "refresh-data": "asked Codat to read the accounting software, in vain",
    "read-record": "read the record from the books, in vain",
    "look-first": "looked for the record in the books, in vain",
}


def what_was_read(result: object) -> tuple[str, list[str]]:
    """Say what happened and what Codat said of it; nothing for what is no reading."""
    match result:
        case RefreshResult():
            return _refreshed(result)
        case ReadRecordResult():
            return _read(result)
        case LookFirstResult():
            return _looked(result)
        case _:
            return "", []


def _refreshed(result: RefreshResult) -> tuple[str, list[str]]:
    if result.hindrance:
        return "Codat did not read the accounting software", [result.hindrance]
    verb = "has read" if result.began else "is reading"
    return f"Codat {verb} the accounting software", []


def _read(result: ReadRecordResult) -> tuple[str, list[str]]:
    if not result.is_read:
        return "could not read the record from the books", [result.hindrance or ""]
    count = len(result.changes) + result.more
    differ = "1 field differs" if count == 1 else f"{count or 'no'} fields differ"
    return f"read the record from the books: {differ}", []


def _looked(result: LookFirstResult) -> tuple[str, list[str]]:
    if not result.is_read:
        return "could not look for the record in the books", [result.hindrance or ""]
    if result.record_id is None:
        return "looked for the record in the books: it is not there", []
    return f"found record {result.record_id} in the books", [result.conflict or ""]
