"""What people do in the accounting software and in Codat's portal, beside the client under test."""

from collections.abc import Mapping
from typing import Any

from emulator.books import SoftwareBooks
from emulator.errors import EmulatedError
from emulator.reads import refreshes
from emulator.store import JsonObject
from emulator.world import World


class ReadCommands:
    """Commands to the books and the refreshes of one world; unknown names are refused with 404."""

    def __init__(self, world: World) -> None:
        self._world = world

    def refresh(self, connection: str, data_type: str) -> JsonObject:
        """Begin a refresh that the client did not ask for, as a schedule does."""
        world, now = self._world, self._world.clock.now()
        books = self._books(connection, data_type)
        if refreshes.running(world.store, books.connection.id, data_type, now):
            raise EmulatedError(409, f"A refresh of {data_type} is running already.")
        return refreshes.render(refreshes.start(world, books.connection, data_type, now), now)

    def refreshes(self) -> list[JsonObject]:
        """Show all refreshes, the oldest first."""
        now, rows = self._world.clock.now(), refreshes.everything(self._world.store)
        return [refreshes.render(row, now) for row in rows]

    def records(self, connection: str, data_type: str) -> list[JsonObject]:
        """Give the records in the software's own books, whether Codat has read them or not."""
        return self._books(connection, data_type).records(self._world.clock.now())

    def add_record(
        self,
        connection: str,
        data_type: str,
        record: JsonObject,
        *,
        record_id: str | None = None,
        account: str | None = None,
    ) -> str:
        """Enter a record in the software; give its id. Transactions need their bank account."""
        books, now = self._books(connection, data_type), self._world.clock.now()
        with self._world.store.transaction():
            return books.add(record, now, record_id=record_id, account=account)

    def add_twin(
        self, connection: str, data_type: str, record_id: str, changes: Mapping[str, Any]
    ) -> str:
        """Enter a copy of a record in the software, with some fields changed; give its id."""
        books, now = self._books(connection, data_type), self._world.clock.now()
        with self._world.store.transaction():
            return books.add_twin(record_id, changes, now)

    def change_record(
        self, connection: str, data_type: str, record_id: str, changes: Mapping[str, Any]
    ) -> None:
        """Change some fields of a record in the software."""
        self._books(connection, data_type).change(record_id, changes, self._world.clock.now())

    def delete_record(self, connection: str, data_type: str, record_id: str) -> None:
        """Delete a record in the software."""
        self._books(connection, data_type).delete(record_id, self._world.clock.now())

    def _books(self, connection: str, data_type: str) -> SoftwareBooks:
        if data_type not in refreshes.READABLE:
            raise EmulatedError(404, f"There is no data type {data_type}.")
        here = self._world.directory.find(connection)
        return SoftwareBooks(self._world.store, here, data_type)
