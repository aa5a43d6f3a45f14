"""Push operations: written once with their schedule; where they stand follows from the clock."""

import json

from emulator.clock import TICKS_PER_SECOND, timestamp
from emulator.platforms.platforms import PLATFORMS
from emulator.store import JsonObject, Row, Store

STATUS = (
    "CASE WHEN finishes <= :now AND (deadline IS NULL OR finishes <= deadline OR revives)"
    " THEN CASE WHEN corrected > :now THEN 'Failed' ELSE outcome END"
    " WHEN deadline <= :now THEN 'TimedOut' ELSE 'Pending' END"
)
"""The status of an operation as SQL, the twin of `status`."""

COMPLETED = (
    "CASE WHEN finishes <= :now AND (deadline IS NULL OR finishes <= deadline OR revives)"
    " THEN finishes WHEN deadline <= :now THEN deadline END"
)
"""The completion of an operation as SQL, the twin of `completed`."""

_CODES = {"Pending": 202, "Success": 200}
_CHANGES = {
    "Create": "Created",
    "Update": "Modified",
    "Delete": "Deleted",
    "UploadAttachment": "AttachmentUploaded",
}


def change_of(kind: str) -> str:
    """Name what a kind of push does to a record."""
    return _CHANGES[kind]


def completed(row: Row, now: int) -> int | None:
    """Give the tick at which an operation ended, or None while it is pending."""
    finishes, deadline = row["finishes"], row["deadline"]
    if finishes is not None and finishes <= now:
        if deadline is None or finishes <= deadline or row["revives"]:
            return finishes
        return deadline
    return deadline if deadline is not None and deadline <= now else None


def status(row: Row, now: int) -> str:
    """Tell where an operation stands at a moment."""
    end = completed(row, now)
    if end is None:
        return "Pending"
    if end != row["finishes"]:
        return "TimedOut"
    is_mistaken = row["corrected"] is not None and now < row["corrected"]
    return "Failed" if is_mistaken else row["outcome"]


def find(store: Store, company: str, key: str) -> Row | None:
    """Look up one operation of a company."""
    return store.one("SELECT * FROM operations WHERE key = ? AND company = ?", key, company)


def render(row: Row, now: int, *, echo: bool, older: bool) -> str:
    """Write an operation as the API shows it; `data` keeps the digits that the client wrote.

    What the platform has rewritten shows once it is written.
    """
    standing, end = status(row, now), completed(row, now)
    document: JsonObject = {
        "companyId": row["company"],
        "pushOperationKey": row["key"],
        "dataConnectionId" if older else "dataConnectionKey": row["connection"],
        "dataType": row["data_type"],
        "requestedOnUtc": timestamp(row["requested"]),
        "status": standing,
        "statusCode": _code(row, standing),
        "changes": _changes(row, standing),
    }
    if end is not None:
        document["completedOnUtc"] = timestamp(end)
    if row["timeout"] is not None:
        document["timeoutInMinutes"] = row["timeout"]
    document.update(_verdict(row, standing))
    text = json.dumps(document)
    shown = row["echoed"] if row["echoed"] is not None else echo
    data = row["rewritten"] if standing == "Success" and row["rewritten"] else row["data"]
    if data is not None and shown:
        return f'{text[:-1]}, "data": {data}}}'
    return text


def _code(row: Row, standing: str) -> int:
    if standing == "Failed":
        return row["failed_code"] or 400
    return _CODES.get(standing, 500)


def _verdict(row: Row, standing: str) -> JsonObject:
    failed = standing == "Failed"
    errors: list[JsonObject] = json.loads(row["errors"]) if failed and row["errors"] else []
    warnings: list[JsonObject] = json.loads(row["warnings"]) if row["warnings"] else []
    document: JsonObject = {}
    if errors or warnings:
        document["validation"] = {"errors": errors, "warnings": warnings}
    if failed and row["message"]:
        document["errorMessage"] = row["message"]
    if standing == "TimedOut":
        document["errorMessage"] = "The push operation did not complete in time."
    return document


def _changes(row: Row, standing: str) -> list[JsonObject]:
    platform = PLATFORMS[row["platform"]]
    change: JsonObject = {"type": change_of(row["kind"])}
    if standing == "Pending" and platform.early_changes:
        return [{**change, "recordRef": {"dataType": row["data_type"]}}]
    if standing == "Failed" and row["failed_names"]:
        return [{**change, "recordRef": {"id": row["record_id"], "dataType": row["data_type"]}}]
    if standing != "Success" or not platform.names_record:
        return []
    change["recordRef"] = {"id": row["record_id"], "dataType": row["data_type"]}
    if row["attachment_id"]:
        change["attachmentId"] = row["attachment_id"]
    return [change]


def minutes(amount: int) -> int:
    """Turn minutes into ticks."""
    return amount * 60 * TICKS_PER_SECOND
