"""Records to start from: published request bodies, option documents, or the emulator's examples."""

import copy
import json
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from emulator.examples import record as example
from tests.corpus import fields
from tests.corpus.fields import PARTIES, Record
from tests.corpus.totals import settle

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "codat"
TYPES = (
    *("bills", "billCreditNotes", "billPayments", "chartOfAccounts", "creditNotes", "customers"),
    *("directCosts", "directIncomes", "invoices", "items", "journalEntries", "payments"),
    *("purchaseOrders", "suppliers", "transfers", "bankAccounts"),
)
NOT_SENT = {"metadata", "modifiedDate", "sourceModifiedDate", "id", "createdOn", "updatedOn"}
DAYS = {"dueDate": 30, "paymentDueDate": 30, "expectedDeliveryDate": 9, "deliveryDate": 9}


_MISTYPED = {"date": "DateTime", "issueDate": "DateTime", "note": "String", "reference": "String"}
"""Fields that a document calls numbers, though they are none."""


_TEXTS = {"description", "note", "supplierName", "customerName", *fields.NUMBERS}


class Base(NamedTuple):
    """A record that could have been sent, and where it is from."""

    data_type: str
    platform: str
    record: Record


def is_published() -> bool:
    """Whether Codat's documents lie beside the repository."""
    return (PUBLISHED / "openapi_push.json").exists()


def published_bases(rng: random.Random) -> Iterator[tuple[Base, Record]]:
    """Give records without end, each with another one from the same body or document."""
    bodies, documents = list(_bodies()), list(_documents())
    while True:
        data_type, platform, body = rng.choice(bodies)
        one, other = (settle(_varied(copy.deepcopy(body), platform, rng)) for _ in range(2))
        yield Base(data_type, platform, one), other
        for _ in range(3):
            data_type, platform, document = rng.choice(documents)
            one, other = (settle(_record(document, platform, rng)) for _ in range(2))
            yield Base(data_type, platform, one), other


def example_bases(rng: random.Random) -> Iterator[tuple[Base, Record]]:
    """Give records without end from the examples in this repository."""
    while True:
        data_type = rng.choice(TYPES)
        made = copy.deepcopy(example(data_type, number=f"-{rng.randrange(1000, 9999)}"))
        one, other = (settle(_varied(made, "sandbox", rng)) for _ in range(2))
        yield Base(data_type, "sandbox", one), other


def _record(document: Record, platform: str, rng: random.Random) -> Record:
    return _object(document, platform, rng, day=rng.randrange(-90, 0))


def _bodies() -> Iterator[Base]:
    api = _read("openapi_push.json")
    for path, operations in api["paths"].items():
        data_type = path.partition("/push/")[2].partition("/")[0]
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        for platform, body in content.get("application/json", {}).get("examples", {}).items():
            value = _followed(api, body).get("value")
            if data_type in TYPES and isinstance(value, dict):
                kept = {name: each for name, each in value.items() if name not in NOT_SENT}
                yield Base(data_type, platform.lower().replace(" ", "_"), kept)


def _documents() -> Iterator[Base]:
    for path in sorted((PUBLISHED / "options").glob("*.json")):
        data_type, _, platform = path.stem.partition("_")
        if data_type in TYPES:
            yield Base(data_type, platform, _read(f"options/{path.name}"))


def _read(name: str) -> Any:
    return json.loads((PUBLISHED / name).read_text(), parse_float=Decimal)


def _followed(api: Any, node: Any) -> Any:
    while "$ref" in node:
        target = api
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _object(node: Record, platform: str, rng: random.Random, *, day: int) -> Record:
    made: Record = {}
    for name, inner in (node.get("properties") or {}).items():
        if name in NOT_SENT and name != "id":
            continue
        if inner.get("required") or rng.random() < 0.6:
            made[name] = _value(name, inner, platform, rng, day)
    made.pop("id", None)
    return made


def _value(name: str, node: Record, platform: str, rng: random.Random, day: int) -> Any:
    kind = _MISTYPED.get(name) or node["type"]
    match kind:
        case "Object" if name.endswith("Ref"):
            return {"id": fields.identifier(name, platform, rng)}
        case "Object":
            return _object(node, platform, rng, day=day)
        case "Array":
            return _list(name, node, platform, rng, day)
        case "DateTime":
            return fields.day(day + DAYS.get(name, 0))
        case _:
            return _scalar(kind, name, node, platform, rng)


def _list(name: str, node: Record, platform: str, rng: random.Random, day: int) -> list[Any]:
    if name.endswith("Refs"):
        return [{"id": fields.identifier(name, platform, rng)}] if rng.random() < 0.3 else []
    rows = rng.choice([1, 1, 2, 3]) if "ines" in name else 1
    rows = 2 if name == "journalLines" else rows
    return [_object(node, platform, rng, day=day) for _ in range(rows)]


def _scalar(kind: str, name: str, node: Record, platform: str, rng: random.Random) -> Any:
    if kind == "Number":
        return _number(name, rng)
    return rng.random() < 0.5 if kind == "Boolean" else fields.string(name, node, platform, rng)


def _number(name: str, rng: random.Random) -> Decimal | int:
    if name == "quantity":
        return rng.choice([1, 1, 2, 3, 5, Decimal("2.5"), 12])
    if name in {"currencyRate", "effectiveTaxRate"}:
        return 1
    return 0 if "iscount" in name else fields.money(rng)


def _varied(value: Any, platform: str, rng: random.Random, name: str = "") -> Any:
    """Give a body values of its own: the published ones are few."""
    match value:
        case dict():
            varied = {inner: _varied(each, platform, rng, inner) for inner, each in value.items()}
            is_named = name in {*PARTIES, "accountRef", "itemRef"} and "id" in value
            return varied | ({"id": fields.identifier(name, platform, rng)} if is_named else {})
        case list():
            return [_varied(each, platform, rng) for each in value]
        case str() if name in {"issueDate", "date", "postedOn"}:
            return fields.day(rng.randrange(-90, 0))
        case str() if name in _TEXTS:
            return fields.string(name, {}, platform, rng)
        case int() | Decimal() if name in {"unitAmount", "unitPrice", "netAmount", "amount"}:
            return fields.money(rng)
    return value
