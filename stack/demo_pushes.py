"""The pushes that the demo shows, and how each should end."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from codat.models import PushStatus
from emulator import seeds
from workflows.models import PushRequest

BILL: dict[str, Any] = {
    "reference": "HB-1042",
    "supplierRef": {"id": seeds.SUPPLIER},
    "issueDate": "2026-11-20",
    "currency": "GBP",
    "lineItems": [
        {
            "description": "Flour, 25 kg",
            "unitAmount": 12.5,
            "quantity": 4,
            "accountRef": {"id": seeds.ACCOUNT},
        }
    ],
    "totalAmount": 50,
    "status": "Draft",
}
_INVOICE = {
    "invoiceNumber": "INV-77",
    "customerRef": {"id": seeds.CUSTOMER},
    "issueDate": "2026-11-20",
    "currency": "GBP",
    "lineItems": [
        {
            "description": "Wedding cake",
            "unitAmount": 240,
            "quantity": 1,
            "accountRef": {"id": seeds.ACCOUNT},
        }
    ],
    "totalAmount": 240,
    "status": "Draft",
}
_CUSTOMER = {"customerName": "Harbour Hotel", "status": "Active"}
SUPPLIER = {"supplierName": "Mill and Sons", "status": "Active"}


@dataclass(frozen=True)
class Part:
    """One push of the demo."""

    data_type: str
    company: str
    connection: str
    record: dict[str, Any]
    ending: PushStatus
    timeout_in_minutes: int | None = None

    @property
    def company_name(self) -> str:
        """What the company is called."""
        return next(
            company["name"]
            for company in seeds.SEEDED["companies"]
            if company["id"] == self.company
        )

    @property
    def request(self) -> PushRequest:
        """The push as a backend would ask for it."""
        return PushRequest(
            company_id=UUID(self.company),
            connection_id=UUID(self.connection),
            data_type=self.data_type,
            data=self.record,
            timeout_in_minutes=self.timeout_in_minutes,
        )


OFFLINE = Part("invoices", seeds.COMPANY, seeds.OFFLINE, _INVOICE, PushStatus.TIMED_OUT, 1)
REFUSED = Part("bills", seeds.COMPANY, seeds.REFUSING, BILL, PushStatus.FAILED)
SHAKY = Part("customers", seeds.COMPANY, seeds.SHAKY, _CUSTOMER, PushStatus.UNKNOWN)
UNANSWERED = Part(
    "suppliers", seeds.OTHER_COMPANY, seeds.OTHER_PROMPT, SUPPLIER, PushStatus.SUCCESS
)
"""Its POST is carried out and never answered; the worker that sent it is killed."""

PARTS = (OFFLINE, REFUSED, SHAKY, UNANSWERED)
