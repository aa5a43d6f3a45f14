"""The accounting software behind one connection, in a test's hands."""

from typing import Any

from emulator.commands import ControlCommands
from emulator.reads.commands import ReadCommands
from emulator.store import JsonObject


class Platform:
    """The platform behind one connection; `id` is the connection's."""

    def __init__(
        self, commands: ControlCommands, read_commands: ReadCommands, connection: str
    ) -> None:
        self._commands = commands
        self._read_commands = read_commands
        self.id = connection

    def set(self, **behaviour: Any) -> JsonObject:  # noqa: ANN401  # JSON
        """Change some of its manners, as `PUT /_emulator/connections/{id}` does."""
        return self._commands.behave(self.id, behaviour)

    def ledger(self, **wanted: str) -> list[JsonObject]:
        """Give what has landed in its books."""
        return self._commands.ledger({"connection": self.id, **wanted})

    def refresh(self, data_type: str) -> JsonObject:
        """Begin a refresh that the client did not ask for, as a schedule does."""
        return self._read_commands.refresh(self.id, data_type)

    def records(self, data_type: str) -> list[JsonObject]:
        """Give the records in its books, `id` and `record`; Codat need not have read them."""
        return self._read_commands.records(self.id, data_type)

    def add_record(
        self,
        data_type: str,
        record: JsonObject,
        *,
        record_id: str | None = None,
        account: str | None = None,
    ) -> str:
        """Enter a record that no push wrote; give its id. Transactions need their `account`."""
        return self._read_commands.add_record(
            self.id, data_type, record, record_id=record_id, account=account
        )

    def add_twin(self, data_type: str, record_id: str, **changes: Any) -> str:  # noqa: ANN401  # JSON
        """Enter a copy of a record with some fields changed; give its id."""
        return self._read_commands.add_twin(self.id, data_type, record_id, changes)

    def change_record(self, data_type: str, record_id: str, **changes: Any) -> None:  # noqa: ANN401  # JSON
        """Change some fields of a record, as a bookkeeper does."""
        self._read_commands.change_record(self.id, data_type, record_id, changes)

    def delete_record(self, data_type: str, record_id: str) -> None:
        """Delete a record."""
        self._read_commands.delete_record(self.id, data_type, record_id)
