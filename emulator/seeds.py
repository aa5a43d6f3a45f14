"""The world that a fresh emulator starts with; its ids never change: tests may spell them out."""

from emulator.store import JsonObject

API_KEY = "emulator"
WEBHOOK_SECRET = "whsec_ZW11bGF0ZWQgd2ViaG9vayBzZWNyZXQ="  # noqa: S105  # published on purpose
"""Signs the webhooks of consumers, unless the settings say otherwise."""
RULE_HEADER = "Bearer emulator"
"""The Authorization header of the older rules."""

COMPANY = "c0da7000-0000-4000-8000-000000000001"
OTHER_COMPANY = "c0da7000-0000-4000-8000-000000000002"

PROMPT = "c0da7000-0000-4000-8000-0000000000a1"
"""Finishes a tenth of a second after the push."""
SLOW = "c0da7000-0000-4000-8000-0000000000a2"
"""Finishes after six seconds."""
SYNCHRONOUS = "c0da7000-0000-4000-8000-0000000000a3"
"""Has finished when it answers."""
REFUSING = "c0da7000-0000-4000-8000-0000000000a4"
"""Refuses every record, after a moment, with validation errors."""
OFFLINE = "c0da7000-0000-4000-8000-0000000000a5"
"""Is switched off: Pending until `timeoutInMinutes` turns it TimedOut, for ever without."""
SHAKY = "c0da7000-0000-4000-8000-0000000000a6"
"""Takes a push, answers 500 and never echoes `data`; the operation is listed and succeeds later."""
OTHER_PROMPT = "c0da7000-0000-4000-8000-0000000000b1"
"""The prompt connection of the other company."""

SUPPLIER = "supplier-1"
CUSTOMER = "customer-1"
ACCOUNT = "account-1"
BANK_ACCOUNT = "bank-1"
ITEM = "item-1"
TAX_RATE = "tax-1"

STANDING_RECORDS: dict[str, tuple[str, ...]] = {
    "suppliers": (SUPPLIER, "supplier-2"),
    "customers": (CUSTOMER, "customer-2"),
    "chartOfAccounts": (ACCOUNT, "account-2"),
    "bankAccounts": (BANK_ACCOUNT, "bank-2"),
    "items": (ITEM, "item-2"),
    "taxRates": (TAX_RATE, "tax-2"),
}
"""Records that every connection holds from the start; references to any others are refused."""

SEEDED: JsonObject = {
    "companies": [
        {
            "id": COMPANY,
            "name": "Harbour Bakery",
            "connections": [
                {"id": PROMPT, "platform": "cloudbooks", "manners": {"delay": 0.1}},
                {"id": SLOW, "platform": "midmarket", "manners": {"delay": 6}},
                {"id": SYNCHRONOUS, "platform": "instabooks", "manners": {"synchronous": True}},
                {
                    "id": REFUSING,
                    "platform": "strictbooks",
                    "manners": {"delay": 0.3, "refusing": "The period is closed for posting."},
                },
                {"id": OFFLINE, "platform": "desktopledger", "manners": {"offline": True}},
                {
                    "id": SHAKY,
                    "platform": "oldledger",
                    "manners": {"delay": 1, "answer": 500, "echo_data": False},
                },
            ],
        },
        {
            "id": OTHER_COMPANY,
            "name": "Mill Street Garage",
            "connections": [
                {"id": OTHER_PROMPT, "platform": "cloudbooks", "manners": {"delay": 0.1}}
            ],
        },
    ]
}
