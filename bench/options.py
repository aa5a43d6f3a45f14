"""How fast option documents convert and judge records, and what they cost a push's history."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from codat.checker import compile_schema
from codat.options import json_schema
from codat.verdict import judge

PUBLISHED = Path(__file__).parents[1].parent / "shared" / "codat" / "options"


def seconds(work: Callable[[], object], rounds: int = 7) -> float:
    """Return the median time of a piece of work."""
    times: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


def text(name: str, limit: int = 0, **more: object) -> dict[str, object]:
    """Build a text field of an option document."""
    rules = [{"details": f"Max length of {limit} characters."}] if limit else []
    return {
        "type": "String",
        "displayName": name,
        "required": not limit,
        "validation": {"warnings": rules, "information": []},
        **more,
    }


def bill_options(choices: int) -> dict[str, object]:
    """Build a document whose lines name one of so many accounts."""
    accounts = [
        {"value": f"acc-{n}", "type": "String", "displayName": f"{n} Account", "required": False}
        for n in range(choices)
    ]
    number = {"type": "Number", "displayName": "Amount", "required": True}
    account = {"type": "Object", "displayName": "Account", "required": True}
    line = {
        "description": text("Description", 4000),
        "note": text("Note", 50),
        "quantity": number,
        "unitAmount": number,
        "taxAmount": number,
        "totalAmount": number,
        "accountRef": account | {"properties": {"id": text("Id", options=accounts)}},
        "taxRateRef": account | {"properties": {"id": text("Id", 40)}},
    }
    lines = {"type": "Array", "displayName": "Lines", "required": True, "properties": line}
    return {
        "type": "Object",
        "displayName": "Bill",
        "required": True,
        "properties": {"reference": text("Reference", 21), "lineItems": lines},
    }


def bill(lines: int, choices: int) -> dict[str, object]:
    """Build a record with so many lines, the last account first."""
    return {
        "reference": "INV-1",
        "lineItems": [
            {
                "description": "Carriage",
                "note": "A line",
                "quantity": 2,
                "unitAmount": 12.5,
                "taxAmount": 5,
                "totalAmount": 30,
                "accountRef": {"id": f"acc-{choices - 1 - n}", "name": "unlisted"},
                "taxRateRef": {"id": "INPUT2"},
            }
            for n in range(lines)
        ],
    }


def main() -> None:
    """Print the figures."""
    files = sorted(PUBLISHED.glob("*.json"))
    documents = [json.loads(path.read_text()) for path in files] or [bill_options(200)] * 84
    whose = "published" if files else "our own"
    took = seconds(lambda: [json_schema(document) for document in documents])
    print(f"{len(documents)} {whose} documents to JSON Schema: {took:.2f} s (bound 2 s)")

    document, record = bill_options(5_000), bill(200, 5_000)
    print(f"5,000 choices: compiled in {1000 * seconds(lambda: compile_schema(document)):.0f} ms")
    checker = compile_schema(document)
    took = 1000 * seconds(lambda: judge(checker, record), 21)
    print(f"200 lines against 5,000 choices: judged in {took:.1f} ms (bound 50 ms)")


if __name__ == "__main__":
    main()
