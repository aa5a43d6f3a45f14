"""The fields of each data type, as our invented platforms share them.

Written for this emulator; the oddities are those that published option documents show:
both halves of an alternative marked required, read-only fields among the rest, opaque objects.
"""

from emulator.platforms.fields import (
    CONTACT,
    DIRECT,
    STATUS,
    group,
    many,
    moment,
    number,
    payment,
    reference,
    sales_document,
    text,
    trade_document,
)
from emulator.platforms.options import OptionField

_ACCOUNT_TYPES = tuple((word, word) for word in ("Asset", "Equity", "Expense", "Income"))
_END = group("Side", {"accountRef": reference("Account", "bankAccounts"), "amount": number("Sum")})

DOCUMENTS: dict[str, OptionField] = {
    "chartOfAccounts": group(
        "Account",
        {
            "nominalCode": text("Code", required=True, longest=10, unique=True),
            "name": text("Name", required=True, shortest=1, longest=150),
            "description": text("Description", longest=500),
            "fullyQualifiedCategory": text("Category"),
            "currency": text("Currency", shortest=3, longest=3),
            "currentBalance": number("Balance", decimals=2),
            "type": text("Type", required=True, choices=_ACCOUNT_TYPES),
            "status": text("Status", choices=(*STATUS, ("Pending", "Pending"))),
            "isBankAccount": OptionField("Boolean", "Bank account"),
        },
    ),
    "bankAccounts": group(
        "Bank account",
        {
            "accountName": text("Name", required=True, longest=100),
            "accountType": text(
                "Type", required=True, choices=(("Credit", "Credit"), ("Debit", "Debit"))
            ),
            "nominalCode": text("Code", longest=10, unique=True),
            "accountNumber": text("Number", longest=34),
            "currency": text("Currency", required=True, shortest=3, longest=3),
            "balance": number("Balance", decimals=2),
            "institution": text("Institution", longest=100),
        },
    ),
    "bankTransactions": group(
        "Bank transactions",
        {
            "accountId": text("Account", required=True),
            "transactions": many(
                "Transactions",
                {
                    "id": text("Identifier", required=True),
                    "amount": number("Amount", required=True, decimals=2),
                    "date": moment("Date", required=True),
                    "description": text("Description", longest=255),
                    "balance": number("Balance", decimals=2),
                },
                required=True,
                most=1000,
            ),
        },
    ),
    "bills": group("Bill", trade_document("supplier", "suppliers", "reference")),
    "billCreditNotes": group(
        "Bill credit note", sales_document("supplier", "suppliers", "billCreditNoteNumber")
    ),
    "billPayments": group("Bill payment", payment("supplier", "suppliers")),
    "creditNotes": group(
        "Credit note", sales_document("customer", "customers", "creditNoteNumber")
    ),
    "customers": group(
        "Customer",
        {"customerName": text("Name", required=True, shortest=1, longest=100), **CONTACT},
    ),
    "directCosts": group("Direct cost", DIRECT),
    "directIncomes": group("Direct income", DIRECT),
    "invoices": group("Invoice", sales_document("customer", "customers", "invoiceNumber")),
    "items": group(
        "Item",
        {
            "name": text("Name", required=True, longest=100),
            "code": text("Code", longest=30, unique=True),
            "itemStatus": text("Status", required=True, choices=STATUS),
            "type": text(
                "Kind",
                required=True,
                choices=(("Inventory", "Stocked"), ("Service", "Service")),
            ),
            "isBillItem": OptionField("Boolean", "Is bought", required=True),
            "isInvoiceItem": OptionField("Boolean", "Is sold", required=True),
            "invoiceItem": group(
                "Selling", {"description": text("Text"), "unitPrice": number("Price")}
            ),
            "billItem": group(
                "Buying", {"description": text("Text"), "unitPrice": number("Price")}
            ),
        },
    ),
    "journalEntries": group(
        "Journal entry",
        {
            "postedOn": moment("Posted on", required=True),
            "description": text("Description", longest=200),
            "journalRef": group("Journal", {"id": text("Identifier"), "name": text("Name")}),
            "journalLines": many(
                "Lines",
                {
                    "netAmount": number("Amount", required=True, warns=("Cannot equal 0.",)),
                    "description": text("Description", longest=200),
                    "currency": text("Currency", shortest=3, longest=3),
                    "accountRef": reference("Account", "chartOfAccounts", required=True),
                },
                required=True,
                warns=("Debits and credits must cancel out.",),
            ),
            "recordRef": group("Record", {}),
            "sourceModifiedDate": moment("Modified", required=True),
        },
    ),
    "journals": group(
        "Journal",
        {
            "name": text("Name", required=True, longest=50),
            "journalCode": text("Code", longest=10, unique=True),
            "type": text("Kind"),
            "status": text("Status", choices=STATUS),
        },
    ),
    "payments": group("Payment", payment("customer", "customers")),
    "purchaseOrders": group(
        "Purchase order", trade_document("supplier", "suppliers", "purchaseOrderNumber")
    ),
    "suppliers": group(
        "Supplier",
        {"supplierName": text("Name", required=True, shortest=1, longest=100), **CONTACT},
    ),
    "transfers": group(
        "Transfer",
        {
            "description": text("Description", longest=200),
            "date": moment("Date", required=True),
            "from": _END,
            "to": _END,
        },
    ),
}
"""Option documents by data type, before a platform has its say."""
