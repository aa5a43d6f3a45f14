"""The books of the platforms: what pushes wrote into them, and when it lands there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from emulator import machine
from emulator.clock import timestamp
from emulator.connections import Connection
from emulator.platforms.platforms import PLATFORMS
from emulator.seeds import STANDING_RECORDS
from emulator.store import JsonObject, Row, Store

_FOR_EVER = 2**62
# In both: what waits for an offline platform counts, until its operation has timed out.
_STATE = """
SELECT change FROM ledger WHERE connection = :connection AND data_type = :type
    AND record_id = :record AND coalesce(lands, :ever) <= :by AND (lands IS NOT NULL
        OR (SELECT coalesce(deadline, :ever) FROM operations WHERE key = operation) > :now)
    ORDER BY coalesce(lands, :ever) DESC, seq DESC LIMIT 1
"""
_TAKEN = """
SELECT 1 FROM ledger AS mine WHERE connection = :connection AND data_type = :type
    AND number = :number AND record_id IS NOT :but AND (lands IS NOT NULL
        OR (SELECT coalesce(deadline, :ever) FROM operations WHERE key = operation) > :now)
    AND NOT EXISTS (SELECT 1 FROM ledger WHERE connection = mine.connection
        AND data_type = mine.data_type AND record_id = mine.record_id AND change = 'Deleted')
    LIMIT 1
"""


@dataclass(frozen=True)
class Shelf:
    """The records of one kind in the books of one connection, seen at a tick."""

    store: Store
    connection: Connection
    data_type: str
    now: int

    def holds(self, record: str, by: int | None = None) -> bool:
        """Whether a record will be there at a tick (None: in the end)."""
        until = _FOR_EVER if by is None else by
        rows = self.store.named(_STATE, {**self._values(), "record": record, "by": until})
        if rows:
            return bool(rows[0]["change"] != "Deleted")
        return _stands(self.connection.platform, self.data_type, record)

    def records(self) -> list[str]:
        """Give the ids of the records that are there now, the standing ones first."""
        written = self.store.named(
            "SELECT record_id FROM ledger WHERE connection = :connection AND data_type = :type"
            " AND lands <= :now GROUP BY record_id ORDER BY min(seq)",
            self._values(),
        )
        known = (*STANDING_RECORDS.get(self.data_type, ()), *(row["record_id"] for row in written))
        return [record for record in dict.fromkeys(known) if self.holds(record, self.now)]

    def has_taken(self, number: str, but: str | None = None) -> bool:
        """Whether another record carries a number that must be unique."""
        values = {**self._values(), "number": number, "but": but}
        return bool(self.store.named(_TAKEN, values))

    def _values(self) -> JsonObject:
        where = {"connection": self.connection.id, "type": self.data_type}
        return {**where, "ever": _FOR_EVER, "now": self.now}


def _stands(platform: str, data_type: str, record: str) -> bool:
    if record in STANDING_RECORDS.get(data_type, ()):
        return True
    kind, _, number = record.partition("-")
    standing = PLATFORMS[platform].accounts if data_type == "chartOfAccounts" else 0
    return kind == "account" and number.isdecimal() and 0 < int(number) <= standing


_WRITTEN = (
    "SELECT ledger.*, operations.idempotency_key, operations.body_hash"
    " FROM ledger LEFT JOIN operations ON operations.key = ledger.operation WHERE lands <= :now"
)


def entries(store: Store, now: int, wanted: Mapping[str, str]) -> list[JsonObject]:
    """Give what has landed in the books, filtered by connection, dataType or recordId."""
    rows = store.named(
        f"{_WRITTEN} AND ledger.connection = coalesce(:connection, ledger.connection)"
        " AND ledger.data_type = coalesce(:type, ledger.data_type)"
        " AND ledger.record_id = coalesce(:record, ledger.record_id) ORDER BY lands, ledger.seq",
        {
            "now": now,
            "connection": wanted.get("connection"),
            "type": wanted.get("dataType"),
            "record": wanted.get("recordId"),
        },
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> JsonObject:
    return {
        "number": row["seq"],
        "companyId": row["company"],
        "connectionId": row["connection"],
        "dataType": row["data_type"],
        "change": row["change"],
        "recordId": row["record_id"],
        "writtenOnUtc": timestamp(row["lands"]),
        "pushOperationKey": row["operation"],
        "idempotencyKey": row["idempotency_key"],
        "bodyHash": row["body_hash"],
        "data": json.loads(row["data"]) if row["data"] else None,
    }


def invariants(store: Store, now: int) -> JsonObject:
    """Count what exists more than once per idempotency key and per body.

    `records` were written twice into the books; `operations` were taken twice, which shows a
    repeated push also where the platform refused the second as a duplicate number.
    """
    written = f"({_WRITTEN} AND change = 'Created')"
    taken_ = "(SELECT * FROM operations WHERE kind = 'Create')"
    total = store.one("SELECT count(*) AS written FROM ledger WHERE lands <= ?", now)
    records, strays = _twice(store, written, now), _strays(store)
    return {
        "written": total["written"] if total else 0,
        "records": records,
        "operations": _twice(store, taken_, now),
        "strays": strays,
        "sound": not strays and not any(records.values()),
    }


def _twice(store: Store, source: str, now: int) -> JsonObject:
    counts = {
        name: store.named(
            f"SELECT {column} AS what, count(*) AS times FROM {source}"  # noqa: S608  # our names
            f" WHERE {column} IS NOT NULL GROUP BY connection, data_type, {column}"
            " HAVING count(*) > 1",
            {"now": now},
        )
        for name, column in (("byKey", "idempotency_key"), ("byBody", "body_hash"))
    }
    return {name: {row["what"]: row["times"] for row in rows} for name, rows in counts.items()}


def _strays(store: Store) -> list[str]:
    """Name the ledger entries and remembered answers whose operation does not exist."""
    rows = store.all(
        "SELECT operation FROM ledger WHERE operation NOT IN (SELECT key FROM operations)"
        " UNION SELECT operation FROM memory WHERE operation IS NOT NULL"
        " AND operation NOT IN (SELECT key FROM operations)"
    )
    return [row["operation"] for row in rows]


def fresh_id(store: Store, platform: str) -> str:
    """Give a record id in the platform's own style."""
    return PLATFORMS[platform].record_id(_next(store))


def fresh_number(store: Store) -> str:
    """Give a number of the platform's own for a record."""
    return f"{_next(store):05d}"


def _next(store: Store) -> int:
    row = store.one("SELECT coalesce(max(seq), 0) + 1 AS next FROM ledger")
    return int(row["next"]) if row else 1


def attachment_id() -> str:
    """Give the id of an uploaded file."""
    return str(machine.new_uuid())
