"""The API's query language and ordering, turned into SQL over the operations."""

from collections.abc import Mapping

from emulator.filters import FilterParser, malformed, moment_of, unresolved
from emulator.operations import COMPLETED, STATUS
from emulator.store import JsonObject

_LARGEST = 2**63 - 1
_CODE = f"CASE ({STATUS}) WHEN 'Pending' THEN 202 WHEN 'Success' THEN 200 ELSE 400 END"
_MOMENTS = frozenset({"requestedonutc", "completedonutc"})
_IDS = frozenset({"key", "company", "connection"})
_COLUMNS: Mapping[str, str] = {
    "pushoperationkey": "key",
    "companyid": "company",
    "dataconnectionkey": "connection",
    "dataconnectionid": "connection",
    "datatype": "data_type",
    "requestedonutc": "requested",
    "completedonutc": f"({COMPLETED})",
    "status": f"({STATUS})",
    "statuscode": f"({_CODE})",
    "timeoutinminutes": "timeout",
    "errormessage": "message",
}


def condition(query: str) -> tuple[str, JsonObject]:
    """Turn a query into a WHERE clause and its parameters; 400 when it cannot be read."""
    if not query.strip():
        return "1", {}
    parser = _SqlParser(query)
    return parser.parse(), parser.values


def ordering(order: str) -> str:
    """Turn `orderBy` (a field, a minus for descending) into an ORDER BY clause."""
    column = _column(order.lstrip("-+"))
    direction = "DESC" if order.startswith("-") else "ASC"
    return f"{column} {direction}, seq {direction}"


class _SqlParser(FilterParser[str]):
    """Writes a WHERE clause, and collects the values of its parameters."""

    def __init__(self, query: str) -> None:
        super().__init__(query)
        self.values: JsonObject = {}

    def conjunction(self, terms: list[str]) -> str:
        return f"({' AND '.join(terms)})"

    def alternative(self, terms: list[str]) -> str:
        return f"({' OR '.join(terms)})"

    def comparison(self, field: str, operator: str, value: str) -> str:
        column, name = _column(field), f"v{len(self.values)}"
        if field.lower() in _MOMENTS:
            self.values[name] = moment_of(value)
            return f"{column} {operator} :{name}"
        if operator == "~":
            self.values[name] = value
            return f"instr(lower({column}), lower(:{name})) > 0"
        if column in _IDS:  # kept in small letters, so that an index finds them
            self.values[name] = value.lower()
            return f"{column} {operator} :{name}"
        self.values[name] = _number(value) if value.isdecimal() else value
        return f"{column} {operator} :{name} COLLATE NOCASE"


def _column(field: str) -> str:
    column = _COLUMNS.get(field.strip().lower())
    if column is None:
        raise unresolved(field, "PushOperation")
    return column


def _number(written: str) -> int:
    if int(written) > _LARGEST:
        raise malformed()
    return int(written)
