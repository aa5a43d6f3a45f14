"""All that the emulator must not forget, in one SQLite file that survives SIGKILL."""

import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

Row = sqlite3.Row
JsonObject = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS companies (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS connections (
    id TEXT PRIMARY KEY, company TEXT NOT NULL, platform TEXT NOT NULL, name TEXT NOT NULL,
    manners TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS operations (
    seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, company TEXT NOT NULL,
    connection TEXT NOT NULL, platform TEXT NOT NULL, data_type TEXT NOT NULL, kind TEXT NOT NULL,
    requested INTEGER NOT NULL, visible INTEGER NOT NULL, finishes INTEGER, deadline INTEGER,
    revives INTEGER NOT NULL, outcome TEXT NOT NULL, timeout INTEGER,
    record_id TEXT, attachment_id TEXT, data TEXT, rewritten TEXT, echoed INTEGER, errors TEXT,
    warnings TEXT, message TEXT, announce INTEGER, idempotency_key TEXT, body_hash TEXT,
    corrected INTEGER, failed_code INTEGER, failed_names INTEGER, syncs INTEGER
);
CREATE INDEX IF NOT EXISTS by_request ON operations (
    company, requested, seq, visible, connection, data_type, finishes, deadline, outcome, revives,
    corrected
);
CREATE INDEX IF NOT EXISTS by_place ON operations (
    company, connection, data_type COLLATE NOCASE, requested, seq, visible, finishes,
    deadline, outcome, revives, corrected
);
CREATE INDEX IF NOT EXISTS by_connection ON operations (connection, finishes);
CREATE INDEX IF NOT EXISTS by_announcement ON operations (announce) WHERE announce IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_sync ON operations (finishes) WHERE syncs IS NOT NULL;
CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY, operation TEXT, company TEXT NOT NULL, connection TEXT NOT NULL,
    data_type TEXT NOT NULL, change TEXT NOT NULL, record_id TEXT NOT NULL, lands INTEGER,
    data TEXT, number TEXT, account TEXT
);
CREATE INDEX IF NOT EXISTS by_operation ON ledger (operation);
CREATE INDEX IF NOT EXISTS by_record ON ledger (connection, data_type, record_id);
CREATE INDEX IF NOT EXISTS by_number ON ledger (connection, data_type, number);
CREATE TABLE IF NOT EXISTS refreshes (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, company TEXT NOT NULL,
    connection TEXT NOT NULL, data_type TEXT NOT NULL, requested INTEGER NOT NULL, reads INTEGER,
    finishes INTEGER, outcome TEXT NOT NULL, announce INTEGER
);
CREATE INDEX IF NOT EXISTS by_type ON refreshes (connection, data_type, finishes);
CREATE INDEX IF NOT EXISTS by_end ON refreshes (announce) WHERE announce IS NOT NULL;
CREATE TABLE IF NOT EXISTS memory (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, kept INTEGER NOT NULL,
    status INTEGER NOT NULL, body BLOB NOT NULL, operation TEXT
);
CREATE TABLE IF NOT EXISTS late (
    seq INTEGER PRIMARY KEY, due INTEGER NOT NULL, number INTEGER NOT NULL, key TEXT,
    request TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, rule TEXT NOT NULL, matched INTEGER NOT NULL, fired INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY, received INTEGER NOT NULL, received_monotonic INTEGER NOT NULL,
    answered INTEGER, answered_monotonic INTEGER, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, headers TEXT NOT NULL, body TEXT, did TEXT, operation TEXT, status TEXT
);
CREATE TABLE IF NOT EXISTS consumers (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY, message TEXT NOT NULL, consumer TEXT NOT NULL, operation TEXT,
    event TEXT NOT NULL, body TEXT NOT NULL, due INTEGER, attempt INTEGER NOT NULL,
    forged INTEGER NOT NULL, state TEXT NOT NULL, answers TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_due ON deliveries (due) WHERE due IS NOT NULL;
"""
_TABLES = (
    "meta",
    "companies",
    "connections",
    "operations",
    "ledger",
    "refreshes",
    "memory",
    "late",
    "faults",
    "journal",
    "consumers",
    "deliveries",
)


class Store:
    """One connection to the file (or to memory, when there is none)."""

    def __init__(self, path: str | None = None) -> None:
        self._sqlite = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._sqlite.row_factory = sqlite3.Row
        self._sqlite.execute("PRAGMA journal_mode = WAL")
        # What the kernel has taken survives a killed process; only a power cut could lose it.
        self._sqlite.execute("PRAGMA synchronous = OFF")
        self._sqlite.executescript(_SCHEMA)
        self._depth = 0

    def close(self) -> None:
        """Close the file."""
        self._sqlite.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing; a transaction inside another belongs to the outer one."""
        if self._depth:
            yield
            return
        self._sqlite.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
        except BaseException:
            if self._sqlite.in_transaction:  # a full disk has rolled back already
                self._sqlite.execute("ROLLBACK")
            raise
        else:
            self._sqlite.execute("COMMIT")
        finally:
            self._depth = 0

    def run(self, statement: str, *values: object) -> int:
        """Execute one statement and give the last row id."""
        return self._sqlite.execute(statement, values).lastrowid or 0

    def changed(self, statement: str, *values: object) -> int:
        """Execute one statement and give the number of rows it touched."""
        return self._sqlite.execute(statement, values).rowcount

    def insert(self, table: str, **values: object) -> int:
        """Insert one row and give its id."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        return self.run(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  # our own names
            *values.values(),
        )

    def many(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        """Execute one statement for many rows."""
        self._sqlite.executemany(statement, rows)

    def one(self, statement: str, *values: object) -> Row | None:
        """Give the first row, if there is one."""
        return self._sqlite.execute(statement, values).fetchone()

    def all(self, statement: str, *values: object) -> list[Row]:
        """Give all rows."""
        return self._sqlite.execute(statement, values).fetchall()

    def named(self, statement: str, values: JsonObject) -> list[Row]:
        """Give all rows of a statement with named parameters."""
        return self._sqlite.execute(statement, values).fetchall()

    def remember(self, name: str, value: object) -> None:
        """Keep a small JSON value under a name."""
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, json.dumps(value))

    def recall(self, name: str) -> Any:  # noqa: ANN401  # JSON of any shape
        """Give back what was kept under a name, or None."""
        row = self.one("SELECT value FROM meta WHERE name = ?", name)
        return None if row is None else json.loads(row["value"])

    def empty(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in _TABLES:
                self.run(f"DELETE FROM {table}")  # noqa: S608  # our own names
