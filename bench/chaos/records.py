"""Records that can be told from each other, in the books as in an echo."""

from typing import Any

from emulator.examples import record


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
