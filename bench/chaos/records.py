"""Records that can be told from each other, in the books as in an echo."""

from datetime import datetime, timedelta
from typing import Any

from emulator.examples import record

A_MONTH = timedelta(days=30)


def marker(number: int) -> str:
    """Give the text that makes a record one of its kind."""
    return f"M{number:05d}x"


def unique_record(data_type: str, number: int) -> dict[str, Any]:
    """Make a record that differs from others in two fields, as real ones do."""
    mark = marker(number)
    made = record(data_type, number=mark)
    match data_type:
        case "suppliers" | "customers":
            return made | {"emailAddress": f"{mark}@example.com"}
        case "chartOfAccounts":
            return made | {"name": f"Account {mark}"}
        case "journalEntries":
            lines = [line | {"description": f"Line {mark}"} for line in made["journalLines"]]
            return made | {"journalLines": lines}
        case _:
            lines = [line | {"description": f"Flour {mark}"} for line in made["lineItems"]]
            return made | {"lineItems": lines}


def near_twin(data_type: str, model: dict[str, Any], number: int) -> dict[str, Any]:
    """Make a record that differs from its model in one field, and from the model's other twins."""
    match data_type:
        case "suppliers" | "customers":
            return model | {"emailAddress": f"other-{number}@example.com"}
        case "chartOfAccounts":
            return model | {"name": f"Account {number}"}
        case "journalEntries":
            return model | {"postedOn": _later(model["postedOn"], number)}
        case _:
            return model | {"issueDate": _later(model["issueDate"], number)}


def _later(date: str, periods: int) -> str:
    return (datetime.fromisoformat(date) + periods * A_MONTH).isoformat()
