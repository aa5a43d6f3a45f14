"""Companies and their connections."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from emulator.behaviour import Behaviour
from emulator.errors import EmulatedError
from emulator.platforms.platforms import PLATFORMS
from emulator.store import JsonObject, Row, Store


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

    def of_company(self, company: str) -> list[Connection]:
        """Give the connections of a company, or refuse with 404."""
        home = self.company(company)
        return [found for found in self._connections.values() if found.company == home]

    def company(self, company: str) -> str:
        """Give a company's id as it is stored, or refuse with 404."""
        if company.lower() not in self._companies:
            raise EmulatedError(
                404, f"No company was found with ID {company}", service="ClientsApi"
            )
        return company.lower()

    def connection(self, company: str, connection: str) -> Connection:
        """Give a connection of a company, or refuse with 404."""
        found = self.find(connection)
        if found.company != self.company(company):
            raise EmulatedError(404, f"Data connection {connection} not found")
        return found

    def find(self, connection: str) -> Connection:
        """Give a connection of any company, or refuse with 404."""
        found = self._connections.get(connection.lower())
        if found is None:
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
        found = self.find(connection)
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
