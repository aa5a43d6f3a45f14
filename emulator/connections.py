"""Companies, their connections, and the manners of the platform behind each connection."""

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any, Self

from emulator.clock import at, seconds, ticks
from emulator.errors import EmulatedError
from emulator.platforms.platforms import PLATFORMS
from emulator.rewrites import WAYS
from emulator.store import JsonObject, Row, Store


@dataclass(frozen=True)
class Behaviour:
    """How the platform behind a connection takes a push; times in seconds of the clock."""

    delay: float = 0.1
    spread: float = 0.0
    """A random addition to the delay, up to this much; the same for the same operation."""
    synchronous: bool = False
    offline: bool = False
    """Switched off: nothing finishes until it is switched on again."""
    window: tuple[str, str] | None = None
    """A nightly window ("22:00", "05:00", UTC) outside of which nothing is written."""
    throttled: float = 0.0
    """The platform's own limit is reached: every push stays Pending so much longer."""
    refusing: str | None = None
    """Refuses every record with this message."""
    answer: int | None = None
    """Answers pushes with this HTTP status, although it accepts them."""
    echo_data: bool | None = None
    """Whether `data` is echoed; None leaves it to the settings."""
    stubborn: bool = False
    """Writes the record even when the operation has timed out meanwhile."""
    offers: tuple[str, ...] = ()
    """The data types whose records, as they are in the books, the options list as choices."""
    rewrites: tuple[str, ...] = ()
    """What it changes in a record, by `rewrites.WAYS`; a finished operation echoes that."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read manners from JSON; an unknown one is refused by name."""
        known = {field.name for field in fields(cls)}
        for name in document:
            if name not in known:
                raise EmulatedError(
                    400, f"No such manner: {name}. There are: {', '.join(sorted(known))}"
                )
        given = dict(document)
        if given.get("window"):
            given["window"] = tuple(given["window"])
        given["offers"] = tuple(given.get("offers") or ())
        given["rewrites"] = tuple(given.get("rewrites", ()))
        for way in given["rewrites"]:
            if way not in WAYS:
                raise EmulatedError(400, f"rewrites has no {way}. It has: {', '.join(WAYS)}")
        return cls(**given)

    def finish(self, now: int, key: str) -> int | None:
        """Tell when the platform will have written a push of this moment; None is never."""
        if self.offline:
            return None
        if self.synchronous:
            return now
        chance = random.Random(key).random()  # noqa: S311  # repeatable, not secret
        return self._opening(now + seconds(self.delay + self.spread * chance + self.throttled))

    def _opening(self, moment: int) -> int:
        if self.window is None:
            return moment
        first, last = (time.fromisoformat(text) for text in self.window)
        here = at(moment)
        inside = (
            first <= here.time() < last
            if first < last
            else here.time() >= first or here.time() < last
        )
        if inside:
            return moment
        opening = datetime.combine(here.date(), first, here.tzinfo)
        return ticks(opening if opening > here else opening + timedelta(days=1))


@dataclass(frozen=True)
class Connection:
    """A company's link to its accounting platform."""

    id: str
    company: str
    platform: str
    behaviour: Behaviour

    def document(self) -> JsonObject:
        """Give the connection as `/_emulator/connections` shows it."""
        return {
            "id": self.id,
            "company": self.company,
            "platform": self.platform,
            "manners": asdict(self.behaviour),
        }


class ConnectionStore:
    """The companies and connections, read once and kept at hand."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connections: dict[str, Connection] = {}
        self._companies: dict[str, str] = {}
        self.load()

    def load(self) -> None:
        """Read everything from the file."""
        self._companies = {
            row["id"]: row["name"] for row in self._store.all("SELECT * FROM companies")
        }
        rows = self._store.all("SELECT * FROM connections")
        self._connections = {row["id"]: _connection(row) for row in rows}

    @property
    def companies(self) -> Mapping[str, str]:
        """The names of the companies by id."""
        return self._companies

    @property
    def connections(self) -> Mapping[str, Connection]:
        """The connections by id."""
        return self._connections

    def company(self, company: str) -> str:
        """Give a company's id as it is stored, or refuse with 404."""
        if company.lower() not in self._companies:
            raise EmulatedError(
                404, f"No company was found with ID {company}", service="ClientsApi"
            )
        return company.lower()

    def connection(self, company: str, connection: str) -> Connection:
        """Give a connection of a company, or refuse with 404."""
        found = self._connections.get(connection.lower())
        if found is None or found.company != self.company(company):
            raise EmulatedError(404, f"Data connection {connection} not found")
        return found

    def seed(self, seeds: JsonObject) -> None:
        """Add companies and connections, or replace those that exist."""
        with self._store.transaction():
            for company in seeds["companies"]:
                name = company.get("name", "A company")
                self._store.run(
                    "INSERT OR REPLACE INTO companies VALUES (?, ?)", company["id"].lower(), name
                )
                for connection in company.get("connections", []):
                    self._sow_connection(company["id"].lower(), connection)
        self.load()

    def _sow_connection(self, company: str, seed: JsonObject) -> None:
        if seed["platform"] not in PLATFORMS:
            raise EmulatedError(400, f"No such platform. There are: {', '.join(PLATFORMS)}")
        behaviour = Behaviour.read(seed.get("manners", {}))
        self._store.run(
            "INSERT OR REPLACE INTO connections VALUES (?, ?, ?, ?, ?)",
            seed["id"].lower(),
            company,
            seed["platform"],
            seed.get("name", seed["platform"]),
            json.dumps(asdict(behaviour)),
        )

    def behave(self, connection: str, changes: Mapping[str, Any]) -> Connection:
        """Change some manners of a connection."""
        found = self._connections.get(connection.lower())
        if found is None:
            raise EmulatedError(404, f"Data connection {connection} not found")
        behaviour = Behaviour.read({**asdict(found.behaviour), **changes})
        self._store.run(
            "UPDATE connections SET manners = ? WHERE id = ?",
            json.dumps(asdict(behaviour)),
            found.id,
        )
        self.load()
        return self._connections[found.id]


def _connection(row: Row) -> Connection:
    behaviour = Behaviour.read(json.loads(row["manners"]))
    return Connection(row["id"], row["company"], row["platform"], behaviour)
