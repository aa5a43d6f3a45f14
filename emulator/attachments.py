"""Files that are attached to records: taken as multipart, listed as the software has them now.

The list needs no refresh (codat-accounting 0.36, the model Attachment).
"""

import hashlib
import json
import re
from dataclasses import dataclass

from emulator.call import Call
from emulator.clock import timestamp
from emulator.connections import Connection
from emulator.errors import EmulatedError
from emulator.store import JsonObject, Store

LISTED = frozenset(
    {"bills", "customers", "directCosts", "directIncomes", "invoices", "purchaseOrders"}
    | {"suppliers"}
)
"""The data types whose attachments can be listed."""

_BOUNDARY = re.compile(r'multipart/form-data;.*\bboundary="?([^";]+)"?', re.IGNORECASE)
_PART = re.compile(rb'[ ;]name="(?:file|fileName|requestBody)"')
"""A part that carries a file, under the names that Codat's own clients give it."""
_NAME = re.compile(rb'filename="([^"]*)"')
_TYPE = re.compile(rb"^content-type: *([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_FILES = """
SELECT ledger.change, ledger.lands, ledger.data, operations.attachment_id
    FROM ledger JOIN operations ON operations.key = ledger.operation
    WHERE ledger.connection = :connection AND ledger.data_type = :type AND lands <= :now
        AND ledger.record_id = :record AND change IN ('AttachmentUploaded', 'AttachmentDeleted')
    ORDER BY lands, ledger.seq
"""


@dataclass(frozen=True)
class UploadedFile:
    """A file as it was sent."""

    name: str
    content_type: str | None
    content: bytes

    @property
    def facts(self) -> JsonObject:
        """What the books keep of it."""
        return {
            "name": self.name,
            "contentType": self.content_type,
            "fileSize": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


def uploaded(call: Call) -> UploadedFile:
    """Read the file of a request. Raises: EmulatedError 400."""
    found = _BOUNDARY.match(call.headers.get("content-type", ""))
    boundary = b"\r\n--" + found[1].encode() if found else b""
    for part in (b"\r\n" + call.body).split(boundary)[1:-1] if boundary else []:
        headers, _, content = part.partition(b"\r\n\r\n")
        if _PART.search(headers):
            name, kind = _NAME.search(headers), _TYPE.search(headers)
            given = kind[1].decode().strip() if kind else None
            return UploadedFile(name[1].decode() if name else "", given, content)
    raise EmulatedError(400, "An attachment is sent as multipart/form-data with one part 'file'.")


def attached(
    store: Store, connection: Connection, data_type: str, record_id: str, now: int
) -> dict[str, JsonObject]:
    """Give the files that a record has at a tick, by their ids."""
    values = {"connection": connection.id, "type": data_type, "record": record_id, "now": now}
    files: dict[str, JsonObject] = {}
    for row in store.named(_FILES, values):
        if row["change"] == "AttachmentDeleted":
            files.pop(row["attachment_id"], None)
            continue
        kept: JsonObject = json.loads(row["data"] or "{}")
        kept.pop("sha256", None)
        made = timestamp(row["lands"])
        files[row["attachment_id"]] = {"id": row["attachment_id"], "dateCreated": made, **kept}
    return files
