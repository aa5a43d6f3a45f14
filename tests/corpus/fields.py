"""Values for the fields of an option document, in the manner of a small company's books.

Shares no code with what compares records: nothing here is imported from `activities`.
"""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

Record = dict[str, Any]

GOODS = [
    "Rent of the workshop",
    "Flour, 25 kg bags",
    "Café supplies for the Zürich office",
    "Half day training - Microsoft Office",
    "Desktop/network support via email & phone. Per month fixed fee for minimum 20 hours/month.",
    "Stationery charges",
    "Müller & Söhne, delivery note 48213",
    "Мука для пекарни",
    "Refund as agreed due to window break when guard absent",
    "Transport, order PO-2093",
    "Cleaning",
]
MONTHS = "January February March April May June July August September October November December"
NAMES = ["Mill and Sons", "Ankunding Inc", "Metropolitan Electricity", "Café Zoë", "Søren Ltd"]
STREETS = ["1 Mill Lane", "22 High Street", "Bäckerstraße 7"]
PARTIES = ("supplierRef", "customerRef", "contactRef")
NUMBERS = {
    "reference": "REF",
    "invoiceNumber": "INV",
    "creditNoteNumber": "CN",
    "billCreditNoteNumber": "BCN",
    "purchaseOrderNumber": "PO",
    "nominalCode": "",
    "code": "IT",
    "journalCode": "J",
}
DAY_ZERO = date(2026, 3, 1)


def identifier(kind: str, platform: str, rng: random.Random) -> str:
    """Name one of a few things of a kind as the platform names them."""
    number = rng.randrange(40)
    if platform.startswith("xero"):
        return str(UUID(int=random.Random(f"{kind}{number}").getrandbits(128)))
    if platform.startswith("quickbooks_desktop"):
        return f"8000{number:04X}-{1671793000 + number}"
    if platform.startswith("quickbooks_online"):
        return str(100 + number)
    return f"{kind[:4].upper()}{number:03d}"


def text(rng: random.Random) -> str:
    """Write what was bought, often with its month."""
    words = rng.choice(GOODS)
    return f"{words}, {rng.choice(MONTHS.split())} 2026" if rng.random() < 0.4 else words


def money(rng: random.Random) -> Decimal:
    """Draw an amount: half of them whole."""
    whole = Decimal(rng.choice([3, 12, 40, 250, 999, 1800]) + rng.randrange(9))
    return whole if rng.random() < 0.5 else whole + Decimal(rng.randrange(1, 100)) / 100


def day(offset: int) -> str:
    """Write a day as Codat does."""
    return f"{DAY_ZERO + timedelta(days=offset)}T00:00:00"


def string(name: str, node: Record, platform: str, rng: random.Random) -> str:
    """Give a text for a field of this name."""
    if node.get("options"):
        values = [choice.get("value") for choice in node["options"] if choice.get("value")]
        if values:
            return rng.choice(values[:20])
    number = rng.randrange(1000, 9999)
    made = {
        "currency": "GBP",
        "defaultCurrency": "GBP",
        "emailAddress": f"office{number}@example.com",
        "phone": f"+44 20 7946 {number}",
        "taxNumber": f"GB{number}{number}9",
        "registrationNumber": f"0{number}{number}",
        "accountNumber": f"{number}{number}",
        "status": "Open",
        "line1": rng.choice(STREETS),
        "city": "Zürich",
        "country": "GB",
        "type": "Unknown",
        "dataType": "customers",
    }
    if name in NUMBERS:
        return f"{NUMBERS[name]}{'-' if NUMBERS[name] else ''}{number}"
    if name.endswith("Name") or name == "name":
        return f"{rng.choice(NAMES)} {number}"
    if name == "id":
        return identifier("ref", platform, rng)
    return made.get(name, text(rng))
