"""The building blocks of option documents: kinds of fields, and groups that several share."""

from emulator.platforms.options import Fields, OptionField

STATUS = (("Active", "Active"), ("Archived", "Archived"))
_BILL_STATUS = (("Draft", "Draft"), ("Open", "Awaiting payment"))
_SALES_STATUS = (("Draft", "Draft"), ("Submitted", "Awaiting payment"))
_SALES_TOTALS: Fields = {
    "totalTaxAmount": OptionField("Number", "Tax total", decimals=2),
    "totalDiscount": OptionField("Number", "Discount total", decimals=2),
    "discountPercentage": OptionField("Number", "Discount in percent", decimals=2),
    "amountDue": OptionField("Number", "Amount due", decimals=2),
    "remainingCredit": OptionField("Number", "Remaining credit", decimals=2),
}
_EITHER = "Either accountRef or itemRef must be given, not both."


def text(title: str, **rules: object) -> OptionField:
    """Build a field of letters."""
    return OptionField("String", title).but(**rules)


def number(title: str, **rules: object) -> OptionField:
    """Build a field of digits."""
    return OptionField("Number", title).but(**rules)


def moment(title: str, **rules: object) -> OptionField:
    """Build a date field."""
    return OptionField("DateTime", title).but(**rules)


def group(title: str, fields: Fields, **rules: object) -> OptionField:
    """Build a field with fields of its own."""
    return OptionField("Object", title, fields=fields).but(**rules)


def many(title: str, fields: Fields, **rules: object) -> OptionField:
    """Build a list; as in the real documents it holds the fields of its items directly."""
    return OptionField("Array", title, fields=fields).but(**rules)


def reference(title: str, data_type: str, **rules: object) -> OptionField:
    """Build a reference to a record of the books."""
    fields = {
        "id": text("Identifier", required=True, refers=data_type),
        "name": text("Name", description=f"Name of the {title.lower()}."),
    }
    return group(f"{title} reference", fields).but(**rules)


CONTACT: Fields = {
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
    "status": text("Status", required=True, choices=STATUS),
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


def trade_document(party: str, party_type: str, code: str) -> Fields:
    """Give the fields of a document with lines, to or from a party; `code` is its number."""
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


def sales_document(party: str, party_type: str, code: str) -> Fields:
    """Give the fields of an invoice or a credit note."""
    fields = dict(trade_document(party, party_type, code))
    del fields["taxAmount"]
    status = text("Status", required=True, choices=_SALES_STATUS)
    return {**fields, "status": status, **_SALES_TOTALS}


def payment(party: str, party_type: str) -> Fields:
    """Give the fields of money going to or coming from a party."""
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


DIRECT: Fields = {
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
