"""Every request that reached the emulator: written when it arrives, completed when answered."""

import asyncio
import json
from collections.abc import Mapping

from emulator import machine
from emulator.clock import Clock, timestamp
from emulator.store import JsonObject, Row, Store

_OF_INTEREST = ("idempotency-key", "content-type", "user-agent")
_INSERT = (
    "INSERT INTO journal (seq, received, received_monotonic, method, path, query, headers, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "UPDATE journal SET answered = ?, answered_monotonic = ?, did = ?, operation = ?, status = ?"
    " WHERE seq = ?"
)


class Journal:
    """The requests and what was done with them, in the order of their arrival."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._news = asyncio.Event()
        self.rewind()

    def rewind(self) -> None:
        """Count on from the last entry of the file."""
        row = self._store.one("SELECT coalesce(max(seq), 0) AS last FROM journal")
        self._last = int(row["last"]) if row else 0

    def arrive(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> int:
        """Note a request that has just been read; gives its number."""
        self._last += 1
        kept = {name: headers[name] for name in _OF_INTEREST if name in headers}
        self._store.run(
            _INSERT,
            self._last,
            self._clock.now(),
            machine.monotonic_ns(),
            method,
            path,
            query,
            json.dumps(kept),
            body.decode(errors="replace") if body else None,
        )
        self._tell()
        return self._last

    def mark(self, number: int, did: str, operation: str | None = None) -> None:
        """Note what is being done with a request that is not answered yet."""
        statement = "UPDATE journal SET did = ?, operation = ? WHERE seq = ?"
        self._store.run(statement, did, operation, number)
        self._tell()

    def answer(self, number: int, did: str, operation: str | None, status: str) -> None:
        """Note how a request was answered: an HTTP status, or `dropped`."""
        now, monotonic = self._clock.now(), machine.monotonic_ns()
        self._store.run(_UPDATE, now, monotonic, did, operation, status, number)
        self._tell()

    def entries(self, since: int = 0, method: str | None = None) -> list[JsonObject]:
        """Give the entries with a number above `since`."""
        rows = self._store.all(
            "SELECT * FROM journal WHERE seq > ? AND method = coalesce(?, method) ORDER BY seq",
            since,
            method,
        )
        return [_document(row) for row in rows]

    async def wait(self, since: int, method: str | None, longest: float) -> list[JsonObject]:
        """Give the entries above `since`, waiting up to `longest` real seconds for the first."""
        end = machine.monotonic_ns() / 1e9 + longest
        while (
            not (found := self.entries(since, method))
            and (left := end - machine.monotonic_ns() / 1e9) > 0
        ):
            news = self._news
            try:
                await asyncio.wait_for(news.wait(), left)
            except TimeoutError:
                break
        return found

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _document(row: Row) -> JsonObject:
    answered = row["answered"]
    document: JsonObject = {
        "number": row["seq"],
        "receivedAt": timestamp(row["received"]),
        "receivedMonotonic": row["received_monotonic"] / 1e9,
        "answeredAt": None if answered is None else timestamp(answered),
        "answeredMonotonic": None if answered is None else row["answered_monotonic"] / 1e9,
        "method": row["method"],
        "path": row["path"],
        "query": row["query"],
        "headers": json.loads(row["headers"]),
        "body": row["body"],
        "did": row["did"],
        "pushOperationKey": row["operation"],
        "status": row["status"],
    }
    return document
