"""An invoice that was sent, the same in the books, and what the evidence says of changes to it."""

import copy
from datetime import UTC, datetime
from decimal import Decimal

from activities.evidence import ReadContext, RecordVerdict, judge_record

OURS, NOT_OURS, UNCLEAR = RecordVerdict
REQUESTED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
RENT = {
    "invoiceNumber": "INV-2093",
    "customerRef": {"id": "customer-7"},
    "issueDate": "2026-03-01T00:00:00",
    "dueDate": "2026-03-31T00:00:00",
    "lineItems": [
        {
            "description": "Rent of the workshop, March 2026",
            "unitAmount": Decimal("840.50"),
            "quantity": 1,
            "accountRef": {"id": "account-1"},
        },
        {
            "description": "Cleaning",
            "unitAmount": Decimal(60),
            "quantity": 2,
            "accountRef": {"id": "account-2"},
        },
    ],
    "note": "By bank transfer",
}
LINE = RENT["lineItems"][0]
BOOKS = {
    "id": "77",
    "modifiedDate": "2026-03-02T10:06:00Z",
    "sourceModifiedDate": "2026-03-02T10:00:03Z",
    "metadata": {"isDeleted": False},
}
NEXT_MONTH = {"issueDate": "2026-04-01T00:00:00"}
OTHER_PARTY = {"customerRef": {"id": "customer-8"}}


def read(**changes):
    return copy.deepcopy(RENT) | BOOKS | changes


def with_lines(**changes):
    return {"lineItems": [line | changes for line in copy.deepcopy(RENT["lineItems"])]}


def context(**more):
    return ReadContext(**({"data_type": "invoices", "requested_at": REQUESTED} | more))


def verdict(record, sent=RENT, **more):
    return judge_record(sent, record, context(**more)).verdict
