"""Codat's cache: the books of the software as its last complete refresh has read them."""

import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emulator import exact
from emulator.books import SoftwareBooks, Version
from emulator.clock import timestamp
from emulator.connections import Connection
from emulator.reads import refreshes
from emulator.store import JsonObject, Row, Store


@dataclass(frozen=True)
class CachedVersion:
    """A record as Codat has it; `modified` is the tick at which this version came, None unknown."""

    record_id: str
    version: Version
    modified: int
    source_modified: int | None
    is_deleted: bool

    def document(self) -> JsonObject:
        """Give the record as the API shows it."""
        kept: JsonObject = exact.loads(self.version.text or "{}")
        source = self.source_modified
        return {
            **kept,
            "id": self.record_id,
            "modifiedDate": timestamp(self.modified),
            "sourceModifiedDate": None if source is None else timestamp(source),
            "metadata": {"isDeleted": self.is_deleted},
        }


def cached(
    store: Store, connection: Connection, data_type: str, now: int, record_id: str | None = None
) -> list[CachedVersion] | None:
    """Give the records of a data type in the cache, or one of them; None if it was never read."""
    read = refreshes.completed(store, connection.id, data_type, now)
    if not read:
        return None
    books = SoftwareBooks(store, connection, data_type)
    versions = books.versions(read[-1]["reads"], record_id)
    return list(_cached(versions, read))


def read_before(store: Store, row: Row) -> int | None:
    """Give the tick at which the complete refresh before this one read; None if it is the first."""
    earlier = refreshes.completed(store, row["connection"], row["data_type"], row["finishes"] - 1)
    return earlier[-1]["reads"] if earlier else None


def has_changed(store: Store, row: Row, since: int | None) -> bool:
    """Tell whether a refresh has brought anything that was not there at the tick `since`."""
    if row["outcome"] != "Complete" or since is None:
        return row["outcome"] == "Complete"
    found = store.one(
        "SELECT 1 FROM ledger WHERE connection = ? AND data_type = ? AND lands > ? AND lands <= ?",
        *(row["connection"], row["data_type"], since, row["reads"]),
    )
    return found is not None


def _cached(records: Mapping[str, list[Version]], read: list[Row]) -> Iterator[CachedVersion]:
    reads = [row["reads"] for row in read]
    for record_id, versions in records.items():
        last, seen = versions[-1], versions[-1]
        is_deleted = last.text is None
        if is_deleted:
            known = _last_seen(versions[:-1], last.since, reads)
            if known is None:
                continue
            seen = known
        modified = read[bisect.bisect_left(reads, last.since)]["finishes"]
        changed = None if is_deleted or last.since == 0 else last.since
        yield CachedVersion(record_id, seen, modified, changed, is_deleted)


def _last_seen(versions: list[Version], until: int, reads: list[int]) -> Version | None:
    """Give the version that the last refresh before `until` has read, if there was one."""
    before = bisect.bisect_left(reads, until)
    if not before:
        return None
    read = [version for version in versions if version.since <= reads[before - 1]]
    return read[-1] if read and read[-1].text is not None else None
