"""The records in the books of an accounting software, version by version.

Pushes write them, and so do people who work in the software itself. Codat's cache has none of this
until a refresh has read it (`emulator.reads`).
"""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from emulator import exact, ledger
from emulator.connections import Connection
from emulator.errors import EmulatedError
from emulator.platforms.platforms import PLATFORMS, account
from emulator.platforms.rules import unique_number
from emulator.seeds import STANDING_RECORDS
from emulator.store import JsonObject, Row, Store

TRANSACTIONS = "bankTransactions"
_NAMES = {
    "suppliers": "supplierName",
    "customers": "customerName",
    "bankAccounts": "accountName",
}
_VERSIONS = """
SELECT ledger.*, coalesce(operations.rewritten, ledger.data) AS kept
    FROM ledger LEFT JOIN operations ON operations.key = ledger.operation
    WHERE ledger.connection = :connection AND ledger.data_type = :type AND lands <= :by
        AND change IN ('Created', 'Modified', 'Deleted')
"""


@dataclass(frozen=True)
class Version:
    """What a record is from the tick `since` on; 0 is since ever, `text` None is deleted."""

    since: int
    text: str | None
    account: str | None = None
    """The bank account of a transaction."""


@dataclass(frozen=True)
class SoftwareBooks:
    """The records of one data type in the books of one connection."""

    store: Store
    connection: Connection
    data_type: str

    def versions(self, by: int, record_id: str | None = None) -> dict[str, list[Version]]:
        """Give the versions up to a tick, the oldest first, by record id: of all, or of one."""
        # A batch of transactions is one entry of the ledger.
        only = None if self.data_type == TRANSACTIONS else record_id
        statement = f"{_VERSIONS} {'' if only is None else 'AND ledger.record_id = :record'}"
        values = {"connection": self.connection.id, "type": self.data_type, "by": by}
        rows = self.store.named(
            f"{statement} ORDER BY lands, ledger.seq", {**values, "record": only}
        )
        found: defaultdict[str, list[Version]] = defaultdict(list)
        for owner, version in itertools.chain(self._standing(), *map(self._of_row, rows)):
            if record_id in (None, owner):
                found[owner].append(version)
        return dict(found)

    def record(self, record_id: str, now: int) -> JsonObject:
        """Give a record as it is now. Raises: EmulatedError 404 if there is none."""
        return exact.loads(self._last(record_id, now).text or "{}")

    def records(self, now: int) -> list[JsonObject]:
        """Give all records as they are now, with their ids."""
        last = ((record_id, versions[-1]) for record_id, versions in self.versions(now).items())
        return [
            {"id": record_id, "record": json.loads(version.text)}
            for record_id, version in last
            if version.text is not None
        ]

    def add(
        self,
        record: JsonObject,
        now: int,
        *,
        record_id: str | None = None,
        account: str | None = None,
    ) -> str:
        """Enter a record that no push wrote, under this id, its own or a new one; give the id."""
        fresh = record_id or record.get("id")
        chosen = str(fresh or ledger.fresh_id(self.store, self.connection.platform))
        self._write("Created", chosen, now, record, account)
        return chosen

    def change(self, record_id: str, changes: Mapping[str, Any], now: int) -> None:
        """Change some fields of a record. Raises: EmulatedError 404 if there is none."""
        changed = {**self.record(record_id, now), **changes}
        self._write("Modified", record_id, now, changed, self._last(record_id, now).account)

    def add_twin(self, record_id: str, changes: Mapping[str, Any], now: int) -> str:
        """Enter a copy of a record with some fields changed; give its id.

        Raises: EmulatedError 404 if there is no such record.
        """
        copied = {**self.record(record_id, now), **changes}
        copied.pop("id", None)
        return self.add(copied, now, account=self._last(record_id, now).account)

    def delete(self, record_id: str, now: int) -> None:
        """Delete a record. Raises: EmulatedError 404 if there is none."""
        self._write("Deleted", record_id, now, None, self._last(record_id, now).account)

    def _last(self, record_id: str, now: int) -> Version:
        versions = self.versions(now, record_id).get(record_id)
        if not versions or versions[-1].text is None:
            raise EmulatedError(404, f"No record of {self.data_type} has the id {record_id}")
        return versions[-1]

    def _write(
        self, change: str, record_id: str, now: int, record: JsonObject | None, account: str | None
    ) -> None:
        kept, root = record, PLATFORMS[self.connection.platform].accepts(self.data_type)
        if record is not None and self.data_type == TRANSACTIONS:
            kept = {"transactions": [{**record, "id": record_id}]}
        self.store.insert(
            "ledger",
            company=self.connection.company,
            connection=self.connection.id,
            data_type=self.data_type,
            change=change,
            record_id=record_id,
            lands=now,
            data=None if kept is None else exact.dumps(kept),
            number=unique_number(root, record) if root and record else None,
            account=account,
        )

    def _standing(self) -> Iterator[tuple[str, Version]]:
        ids = list(STANDING_RECORDS.get(self.data_type, ()))
        if self.data_type == "chartOfAccounts":
            most = PLATFORMS[self.connection.platform].accounts
            ids += [account(number) for number in range(len(ids) + 1, most + 1)]
        field = _NAMES.get(self.data_type, "name")
        for record_id in ids:
            yield record_id, Version(0, exact.dumps({field: record_id}))

    def _of_row(self, row: Row) -> Iterator[tuple[str, Version]]:
        since, record_id, deleted = row["lands"], row["record_id"], row["change"] == "Deleted"
        if deleted or self.data_type != TRANSACTIONS:
            text = None if deleted else row["kept"] or "{}"
            yield record_id, Version(since, text, row["account"])
            return
        for number, entry in enumerate(_transactions(row["kept"])):
            entry_id = str(entry.get("id") or f"{record_id}-{number}")
            yield entry_id, Version(since, exact.dumps(entry), row["account"])


def _transactions(batch: str | None) -> list[JsonObject]:
    entries: Any = exact.loads(batch or "{}").get("transactions")
    listed = cast("list[object]", entries) if isinstance(entries, list) else []
    return [cast(JsonObject, entry) for entry in listed if isinstance(entry, dict)]
