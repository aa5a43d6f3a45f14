"""The option documents whose forms are tried in a browser."""

from tests.support.option_documents import field, rule

ATTACK = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
STATUS = [{"value": "Draft", "displayName": "Draft"}, {"value": "Submitted", "displayName": "Sent"}]
ACCOUNTS = [{"value": f"acc-{n}", "displayName": f"{n} Account {'ABC'[n % 3]}"} for n in range(276)]
INVOICE = field(
    "Object",
    displayName="Invoice",
    required=True,
    description="A record of goods or services sold to a customer.",
    properties={
        "reference": field(
            "String",
            displayName="Reference",
            required=True,
            validation=rule("Max length of 21 characters."),
        ),
        "issueDate": field("DateTime", displayName="Issue Date", required=True),
        "status": field("String", displayName="Status", required=True, options=STATUS),
        "total": field(
            "Number",
            displayName="Total",
            validation=rule("Must be greater than zero."),
            description="The amount with tax.",
        ),
        "account": field("String", displayName="Account", options=ACCOUNTS),
        "paid": field("Boolean", displayName="Paid"),
        "note": field(
            "String", displayName="Note", validation=rule("Max length of 4000 characters.")
        ),
        "customerRef": field(
            "Object",
            displayName="Customer",
            properties={"id": field("String", displayName="Customer ID", required=True)},
        ),
        "rate": field(
            "Object",
            displayName="Rate",
            properties={
                "currency": field("String", displayName="Currency", required=True),
                "factor": field("Number", displayName="Factor"),
            },
        ),
        "lineItems": field(
            "Array",
            displayName="Line Items",
            properties={
                "description": field("String", displayName="Description", required=True),
                "quantity": field("Number", displayName="Quantity", required=True),
                "unitAmount": field("Number", displayName="Price"),
                "taxAmount": field("Number", displayName="Tax"),
                "tracking": field(
                    "Array",
                    displayName="Tracking",
                    properties={"id": field("String", displayName="Category")},
                ),
            },
        ),
    },
)
HOSTILE = field(
    "Object",
    displayName=ATTACK,
    description=ATTACK,
    properties={
        ATTACK: field(
            "String", displayName=ATTACK, options=[{"value": ATTACK, "displayName": ATTACK}]
        ),
        "rows": field(
            "Array", displayName=ATTACK, properties={"x": field("String", displayName=ATTACK)}
        ),
    },
)


BILL = field(
    "Object",
    displayName="Bill",
    required=True,
    properties={
        "reference": field(
            "String", required=True, validation=rule("Max length of 21 characters.")
        ),
        "issueDate": field("DateTime", required=True),
        "total": field("Number", validation=rule("Must be greater than or equal to 0")),
        "paid": field("Boolean"),
        "note": field("String", validation=rule("Max length of 4000 characters.")),
        "supplierRef": field("Object", properties={"id": field("String", required=True)}),
        "lineItems": field(
            "Array",
            displayName="Line Items",
            properties={
                "quantity": field("Number", required=True),
                "refs": field("Array", properties={"id": field("String")}),
            },
        ),
        "extra": field("Object"),
    },
)


def many_lines(count: int) -> dict[str, object]:
    """Give a bill of so many lines."""
    return {"reference": "A", "lineItems": [{"quantity": n} for n in range(count)]}
