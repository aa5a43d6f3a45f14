"""The fields of each data type, as our invented platforms share them.

Written for this emulator; the oddities are those that published option documents show:
both halves of an alternative marked required, read-only fields among the rest, opaque objects.
"""

from emulator.options import Field, Fields

_STATUS = (("Active", "Active"), ("Archived", "Archived"))
_BILL_STATUS = (("Draft", "Draft"), ("Open", "Awaiting payment"))
_SALES_STATUS = (("Draft", "Draft"), ("Submitted", "Awaiting payment"))
_SALES_TOTALS: Fields = {
    "totalTaxAmount": Field("Number", "Tax total", decimals=2),
    "totalDiscount": Field("Number", "Discount total", decimals=2),
    "discountPercentage": Field("Number", "Discount in percent", decimals=2),
    "amountDue": Field("Number", "Amount due", decimals=2),
    "remainingCredit": Field("Number", "Remaining credit", decimals=2),
}
_EITHER = "Either accountRef or itemRef must be given, not both."


def text(title: str, **rules: object) -> Field:
    """Build a field of letters."""
    return Field("String", title).but(**rules)


def number(title: str, **rules: object) -> Field:
    """Build a field of digits."""
    return Field("Number", title).but(**rules)


def moment(title: str, **rules: object) -> Field:
    """Build a date field."""
    return Field("DateTime", title).but(**rules)


def group(title: str, fields: Fields, **rules: object) -> Field:
    """Build a field with fields of its own."""
    return Field("Object", title, fields=fields).but(**rules)


def many(title: str, fields: Fields, **rules: object) -> Field:
    """Build a list; as in the real documents it holds the fields of its items directly."""
    return Field("Array", title, fields=fields).but(**rules)


def reference(title: str, data_type: str, **rules: object) -> Field:
    """Build a reference to a record of the books."""
    fields = {
        "id": text("Identifier", required=True, refers=data_type),
        "name": text("Name", description=f"Name of the {title.lower()}."),
    }
    return group(f"{title} reference", fields).but(**rules)


_CONTACT: Fields = {
    "contactName": text("Contact name", longest=120),
    "emailAddress": text("E-mail address", shortest=3, longest=200),
    "phone": text("Telephone", longest=30),
    "addresses": many(
        "Addresses",
        {
            "type": text(
                "Kind of address",
                required=True,
                choices=(("Billing", "Billing"), ("Delivery", "Delivery")),
            ),
            "line1": text("First line", longest=100),
            "city": text("Town", longest=60),
            "region": text("Region"),
            "country": text("Country", shortest=2, longest=60),
            "postalCode": text("Postal code", longest=20),
        },
        most=4,
    ),
    "registrationNumber": text("Registration number", longest=40),
    "taxNumber": text("Tax number", longest=40),
    "status": text("Status", required=True, choices=_STATUS),
    "defaultCurrency": text("Default currency", shortest=3, longest=3),
    "modifiedDate": moment("Modified", required=True, informs=("Set by the platform.",)),
    "supplementalData": group("Supplemental data", {}),
}


def _line(price: str) -> Fields:
    return {
        "description": text("Description", longest=1000),
        price: number("Price of one", required=True),
        "quantity": number("Quantity", required=True, decimals=4),
        "discountAmount": number("Discount", decimals=2),
        "subTotal": number("Net amount", decimals=2),
        "taxAmount": number("Tax", decimals=2),
        "totalAmount": number("Gross amount", decimals=2),
        "taxRateRef": reference("Tax rate", "taxRates"),
        "accountRef": reference("Account", "chartOfAccounts", required=True, informs=(_EITHER,)),
        "itemRef": reference("Item", "items", required=True, informs=(_EITHER,)),
        "tracking": group(
            "Tracking",
            {
                "categoryRefs": many("Categories", {"id": text("Identifier", required=True)}),
                "isBilledTo": text("Billed to", choices=(("NotApplicable", "-"), ("Project", "A"))),
            },
        ),
    }


def _trade_document(party: str, party_type: str, code: str) -> Fields:
    return {
        code: text("Number", longest=50, unique=True),
        f"{party}Ref": reference(party.capitalize(), party_type, required=True),
        "issueDate": moment("Issue date", required=True),
        "dueDate": moment("Due date"),
        "currency": text("Currency", shortest=3, longest=3),
        "currencyRate": number("Exchange rate", positive=True),
        "lineItems": many("Lines", _line("unitAmount"), required=True, most=500),
        "status": text("Status", required=True, choices=_BILL_STATUS),
        "subTotal": number("Net total", decimals=2),
        "taxAmount": number("Tax total", decimals=2),
        "totalAmount": number(
            "Gross total", decimals=2, warns=("Must equal the sum of the lines.",)
        ),
        "note": text("Note", longest=4000),
        "id": text("Identifier", required=True, informs=("Set by the platform.",)),
        "sourceModifiedDate": moment("Modified", required=True),
    }


def _sales_document(party: str, party_type: str, code: str) -> Fields:
    fields = dict(_trade_document(party, party_type, code))
    del fields["taxAmount"]
    status = text("Status", required=True, choices=_SALES_STATUS)
    return {**fields, "status": status, **_SALES_TOTALS}


def _payment(party: str, party_type: str) -> Fields:
    return {
        f"{party}Ref": reference(party.capitalize(), party_type, required=True),
        "accountRef": reference("Bank account", "bankAccounts"),
        "totalAmount": number("Amount", required=True, decimals=2),
        "currency": text("Currency", shortest=3, longest=3),
        "currencyRate": number("Exchange rate", positive=True),
        "date": moment("Date", required=True),
        "note": text("Note", longest=500),
        "reference": text("Reference", longest=20),
        "lines": many(
            "Lines",
            {
                "amount": number("Amount", required=True, decimals=2),
                "allocatedOnDate": moment("Allocated on", required=True),
                "links": many(
                    "Links",
                    {
                        "type": text("Kind", required=True),
                        "id": text("Identifier"),
                        "amount": number("Amount", decimals=2),
                    },
                ),
            },
            informs=("The amounts must add up to totalAmount.",),
        ),
    }


_DIRECT: Fields = {
    "reference": text("Reference", longest=60),
    "note": text("Note", longest=500),
    "contactRef": group(
        "Contact", {"id": text("Identifier", required=True), "dataType": text("Kind")}
    ),
    "issueDate": moment("Date", required=True),
    "currency": text("Currency", required=True, shortest=3, longest=3),
    "currencyRate": number("Exchange rate", positive=True),
    "lineItems": many("Lines", _line("unitAmount"), required=True),
    "paymentAllocations": many("Payments", {}),
    "subTotal": number("Net total", required=True, decimals=2),
    "taxAmount": number("Tax total", required=True, decimals=2),
    "totalAmount": number("Gross total", required=True, decimals=2),
}

_ACCOUNT_TYPES = tuple((word, word) for word in ("Asset", "Equity", "Expense", "Income"))
_END = group("Side", {"accountRef": reference("Account", "bankAccounts"), "amount": number("Sum")})

DOCUMENTS: dict[str, Field] = {
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
            "status": text("Status", choices=(*_STATUS, ("Pending", "Pending"))),
            "isBankAccount": Field("Boolean", "Bank account"),
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
    "bills": group("Bill", _trade_document("supplier", "suppliers", "reference")),
    "billCreditNotes": group(
        "Bill credit note", _sales_document("supplier", "suppliers", "billCreditNoteNumber")
    ),
    "billPayments": group("Bill payment", _payment("supplier", "suppliers")),
    "creditNotes": group(
        "Credit note", _sales_document("customer", "customers", "creditNoteNumber")
    ),
    "customers": group(
        "Customer",
        {"customerName": text("Name", required=True, shortest=1, longest=100), **_CONTACT},
    ),
    "directCosts": group("Direct cost", _DIRECT),
    "directIncomes": group("Direct income", _DIRECT),
    "invoices": group("Invoice", _sales_document("customer", "customers", "invoiceNumber")),
    "items": group(
        "Item",
        {
            "name": text("Name", required=True, longest=100),
            "code": text("Code", longest=30, unique=True),
            "itemStatus": text("Status", required=True, choices=_STATUS),
            "type": text(
                "Kind",
                required=True,
                choices=(("Inventory", "Stocked"), ("Service", "Service")),
            ),
            "isBillItem": Field("Boolean", "Is bought", required=True),
            "isInvoiceItem": Field("Boolean", "Is sold", required=True),
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
            "status": text("Status", choices=_STATUS),
        },
    ),
    "payments": group("Payment", _payment("customer", "customers")),
    "purchaseOrders": group(
        "Purchase order", _trade_document("supplier", "suppliers", "purchaseOrderNumber")
    ),
    "suppliers": group(
        "Supplier",
        {"supplierName": text("Name", required=True, shortest=1, longest=100), **_CONTACT},
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
