"""What a webhook says: about a push in today's form and in the older one, and about a refresh."""

import json
from collections.abc import Mapping

from emulator import machine, operations
from emulator.clock import timestamp
from emulator.store import JsonObject, Row
from emulator.webhooks.consumers import RULE, Subscriber

READ_COMPLETED = "read.completed"
_CHANGED = "Push Operation Status Changed"
_TIMED_OUT = "Push Operation Timed Out"
_CLIENT = {"ClientId": "c0da7000-0000-4000-8000-00000000c11e", "ClientName": "Emulated client"}


def event_type(row: Row, at: int) -> str:
    """Name the event that an operation's end is."""
    ending = "successful" if operations.status(row, at) == "Success" else "unsuccessful"
    return f"{row['data_type']}.write.{ending}"


def body(
    row: Row, at: int, subscriber: Subscriber, companies: Mapping[str, str], keys: str
) -> str | None:
    """Write what a subscriber is told about an operation's end; None where it is not told."""
    if subscriber.kind == RULE:
        return _older(row, at, subscriber, keys)
    return json.dumps(_today(row, at, companies))


def read_completed(
    row: Row, companies: Mapping[str, str], since: int | None, *, modified: bool
) -> str:
    """Write what is told about a refresh that is over; `since` is when the one before it read."""
    summary: JsonObject = {
        "connectionId": row["connection"],
        "dataType": row["data_type"],
        "recordsModified": modified,
        "status": row["outcome"],
        "issues": [],
    }
    payload: JsonObject = {"referenceCompany": _company(row, companies), "dataTypes": [summary]}
    if since is not None:
        payload["modifiedFromDate"] = timestamp(since)
    return json.dumps(
        {
            "id": str(machine.new_uuid()),
            "eventType": READ_COMPLETED,
            "generatedDate": timestamp(row["finishes"]),
            "payload": payload,
        }
    )


def _company(row: Row, companies: Mapping[str, str]) -> JsonObject:
    return {"id": row["company"], "name": companies.get(row["company"], "")}


def _today(row: Row, at: int, companies: Mapping[str, str]) -> JsonObject:
    standing, end = operations.status(row, at), operations.completed(row, at)
    payload: JsonObject = {
        "id": row["key"],
        "type": row["kind"],
        "referenceCompany": _company(row, companies),
        "connectionId": row["connection"],
        "requestedOnDate": timestamp(row["requested"]),
        "status": standing,
    }
    if end is not None:
        payload["completedOnDate"] = timestamp(end)
    if standing == "Success" and row["record_id"]:
        payload["record"] = {"id": row["record_id"]}
    if row["attachment_id"]:
        payload["attachmentId"] = row["attachment_id"]
    return {
        "id": str(machine.new_uuid()),
        "eventType": event_type(row, at),
        "generatedDate": timestamp(at),
        "payload": payload,
    }


def _older(row: Row, at: int, subscriber: Subscriber, keys: str) -> str | None:
    timed_out = operations.status(row, at) == "TimedOut"
    asked_for_timeouts = "timedout" in str(subscriber.document.get("type", "")).lower().replace(
        " ", ""
    )
    if asked_for_timeouts and not timed_out:
        return None
    data = {"dataType": row["data_type"], "pushOperationKey": row["key"]}
    if not timed_out:
        data["status"] = operations.status(row, at)
    document = {
        **_CLIENT,
        "CompanyId": row["company"],
        "DataConnectionId": row["connection"],
        "RuleId": subscriber.id,
        "RuleType": _TIMED_OUT if timed_out else _CHANGED,
        "AlertId": str(machine.new_uuid()),
        "Message": _message(row, at, timed_out=timed_out),
        "Data": data,
    }
    return json.dumps(_camel(document) if keys == "camel" else document)


def _message(row: Row, at: int, *, timed_out: bool) -> str:
    kind, when = row["data_type"], timestamp(at)
    if timed_out:
        return f"ERROR: pushing {kind} never finished in time, timing out at {when}"
    return f"{kind} triggered notification for PushOperationStatusChanged at {when}"


def _camel(document: JsonObject) -> JsonObject:
    return {name[:1].lower() + name[1:]: value for name, value in document.items()}
