"""A record of each data type that every platform takes, for trying a push."""

from emulator.seeds import ACCOUNT, BANK_ACCOUNT, CUSTOMER, SUPPLIER
from emulator.store import JsonObject

_DAY = "2026-01-31T00:00:00"


def record(data_type: str, number: str = "1") -> JsonObject:
    """Give a valid record; `number` tells it from others where numbers must be unique."""
    made = _EXAMPLES["chartOfAccounts" if data_type == "accounts" else data_type]
    return {
        name: f"{value}{number}" if name in _NUMBERED else value for name, value in made.items()
    }


_NUMBERED = frozenset(
    {"reference", "invoiceNumber", "creditNoteNumber", "billCreditNoteNumber"}
    | {"purchaseOrderNumber", "nominalCode", "code", "journalCode", "customerName"}
    | {"supplierName", "description"}
)


def _trade_document(party: str, party_id: str, code: str) -> JsonObject:
    return {
        code: "T",
        f"{party}Ref": {"id": party_id},
        "issueDate": _DAY,
        "dueDate": _DAY,
        "currency": "GBP",
        "currencyRate": 1,
        "lineItems": [
            {
                "description": "Flour",
                "unitAmount": 10.5,
                "quantity": 2,
                "totalAmount": 21,
                "accountRef": {"id": ACCOUNT},
            }
        ],
        "status": "Open",
        "subTotal": 21,
        "taxAmount": 0,
        "totalAmount": 21,
    }


def _sales_document(party: str, party_id: str, code: str) -> JsonObject:
    made = _trade_document(party, party_id, code)
    del made["taxAmount"]
    totals = {"totalTaxAmount": 0, "totalDiscount": 0, "discountPercentage": 0}
    return {**made, "status": "Submitted", **totals, "amountDue": 21, "remainingCredit": 21}


def _payment(party: str, party_id: str) -> JsonObject:
    return {
        f"{party}Ref": {"id": party_id},
        "accountRef": {"id": BANK_ACCOUNT},
        "totalAmount": 21,
        "currency": "GBP",
        "date": _DAY,
        "reference": "P",
        "lines": [{"amount": 21, "allocatedOnDate": _DAY}],
    }


_DIRECT: JsonObject = {
    "reference": "D",
    "issueDate": _DAY,
    "currency": "GBP",
    "lineItems": [
        {
            "unitAmount": 21,
            "quantity": 1,
            "totalAmount": 21,
            "accountRef": {"id": ACCOUNT},
        }
    ],
    "paymentAllocations": [],
    "subTotal": 21,
    "taxAmount": 0,
    "totalAmount": 21,
}
_EXAMPLES: dict[str, JsonObject] = {
    "chartOfAccounts": {
        "nominalCode": "4",
        "name": "Sales of bread",
        "description": "What the shop takes ",
        "currency": "GBP",
        "type": "Income",
        "status": "Active",
        "isBankAccount": False,
    },
    "bankAccounts": {
        "accountName": "Till",
        "accountType": "Debit",
        "nominalCode": "7",
        "currency": "GBP",
    },
    "bankTransactions": {
        "accountId": BANK_ACCOUNT,
        "transactions": [
            {"id": "line-1", "amount": -3.2, "date": _DAY, "description": "Fee", "balance": 9}
        ],
    },
    "bills": _trade_document("supplier", SUPPLIER, "reference"),
    "billCreditNotes": _sales_document("supplier", SUPPLIER, "billCreditNoteNumber"),
    "billPayments": _payment("supplier", SUPPLIER),
    "creditNotes": _sales_document("customer", CUSTOMER, "creditNoteNumber"),
    "customers": {"customerName": "Café ", "emailAddress": "cafe@example.com", "status": "Active"},
    "directCosts": _DIRECT,
    "directIncomes": _DIRECT,
    "invoices": _sales_document("customer", CUSTOMER, "invoiceNumber"),
    "items": {
        "name": "Loaf",
        "code": "L",
        "itemStatus": "Active",
        "type": "Service",
        "isBillItem": False,
        "isInvoiceItem": True,
        "invoiceItem": {"description": "A loaf", "unitPrice": 3.5},
    },
    "journalEntries": {
        "postedOn": _DAY,
        "description": "Correction ",
        "journalLines": [
            {"netAmount": 5, "currency": "GBP", "accountRef": {"id": ACCOUNT}},
            {"netAmount": -5, "currency": "GBP", "accountRef": {"id": "account-2"}},
        ],
    },
    "journals": {"name": "Daily", "journalCode": "J", "type": "General", "status": "Active"},
    "payments": _payment("customer", CUSTOMER),
    "purchaseOrders": _trade_document("supplier", SUPPLIER, "purchaseOrderNumber"),
    "suppliers": {"supplierName": "Mill ", "emailAddress": "mill@example.com", "status": "Active"},
    "transfers": {
        "description": "Float ",
        "date": _DAY,
        "from": {"accountRef": {"id": BANK_ACCOUNT}, "amount": 5},
        "to": {"accountRef": {"id": "bank-2"}, "amount": 5},
    },
}
