"""Drives the newest generation of Codat's clients against argv; prints what they saw as JSON."""

# pyright: reportMissingImports=false
# They are installed where this file runs, not where it is checked.

import json
import sys
import time

from codat_bankfeeds.models import shared as bankfeeds
from codat_bankfeeds.sdk import CodatBankFeeds
from codat_lending.models import shared as lending
from codat_lending.sdk import CodatLending
from codat_platform.models import shared as platform
from codat_platform.sdk import CodatPlatform
from codat_sync_for_expenses.models import shared as expenses
from codat_sync_for_expenses.sdk import CodatSyncExpenses

URL, COMPANY, CONNECTION, KEY = sys.argv[1:]
WHERE = {"company_id": COMPANY, "connection_id": CONNECTION}
BANK = {**WHERE, "account_id": "bank-1"}
NEWEST = {"company_id": COMPANY, "order_by": "-requestedOnUtc", "page_size": 50}
LINE = {"id": "line-1", "amount": -3.25, "date": "2026-01-31T00:00:00", "balance": 9.1}

by_bankfeeds = CodatBankFeeds(security=bankfeeds.Security(auth_header=KEY), server_url=URL)
by_lending = CodatLending(security=lending.Security(auth_header=KEY), server_url=URL)
by_platform = CodatPlatform(security=platform.Security(auth_header=KEY), server_url=URL)
by_expenses = CodatSyncExpenses(security=expenses.Security(auth_header=KEY), server_url=URL)
writeback = by_lending.loan_writeback

READ = {
    "bankfeeds": by_bankfeeds.transactions.get_create_operation,
    "expenses": by_expenses.push_operations.get,
    "lending": writeback.create_operations.get,
    "platform": by_platform.push_data.get_operation,
}
LIST = {
    "bankfeeds": by_bankfeeds.transactions.list_create_operations,
    "expenses": by_expenses.push_operations.list,
    "lending": writeback.create_operations.list,
    "platform": by_platform.push_data.list_operations,
}


def created():
    """Create a record with each client that can; give the keys of the pushes."""
    supplier = {"supplier_name": "Newest", "status": "Active"}
    given = {"account_id": "bank-1", "transactions": [LINE]}
    pushes = {
        "bankfeeds": by_bankfeeds.transactions.create(
            request={**BANK, "create_bank_transactions": given}
        ),
        "expenses": by_expenses.suppliers.create(request={**WHERE, "supplier": supplier}),
        "lending": writeback.suppliers.create(request={**WHERE, "accounting_supplier": supplier}),
    }
    return {client: push.push_operation_key for client, push in pushes.items()}


def updated():
    """Update a record with the client that can; give the key of the push."""
    supplier = {"supplier_name": "Newer", "status": "Active"}
    push = by_expenses.suppliers.update(
        request={**WHERE, "supplier_id": "supplier-1", "supplier": supplier}
    )
    return push.push_operation_key


def ended(client, key):
    """Poll with a client until the push is over; give its end."""
    for _ in range(200):
        push = READ[client](request={"company_id": COMPANY, "push_operation_key": key})
        if push.status.value != "Pending":
            return push.status.value
        time.sleep(0.05)
    raise TimeoutError


def options():
    """Give the type of a document of options as each client reads it."""
    documents = {
        "bankfeeds": by_bankfeeds.transactions.get_create_model(request=BANK),
        "expenses": by_expenses.accounts.get_create_model(request=WHERE),
        "lending": writeback.suppliers.get_create_update_model(request=WHERE),
        "platform": by_platform.push_data.get_model_options(
            request={**WHERE, "data_type": "bills"}
        ),
    }
    return {client: document.type.value for client, document in documents.items()}


def listed():
    """Give a page of pushes as each client reads it: status by key."""
    pages = {client: read(request=NEWEST).results for client, read in LIST.items()}
    return {
        client: {push.push_operation_key: push.status.value for push in page}
        for client, page in pages.items()
    }


def main():
    keys = {**created(), "platform": updated()}
    ends = {client: ended(client, key) for client, key in keys.items()}
    return {"keys": keys, "ends": ends, "options": options(), "listed": listed()}


sys.stdout.write(json.dumps(main()))
