"""Drives Codat's own clients against the address in argv; prints what they saw as JSON."""

# pyright: reportMissingImports=false
# They are installed where this file runs, not where it is checked.

import json
import sys
import time
from decimal import Decimal

import codatsyncpayables
from codat_accounting import CodatAccounting
from codat_accounting.models import shared as accounting
from codat_platform import CodatPlatform
from codat_platform.models import shared as platform
from codatsyncpayables.models import operations as payables_operations
from codatsyncpayables.models import shared as payables

URL, COMPANY, CONNECTION, KEY = sys.argv[1:]
WHERE = {"company_id": COMPANY, "connection_id": CONNECTION}


def ended(ask):
    """Poll as these clients would, until the push is over."""
    for _ in range(100):
        operation = ask()
        if str(getattr(operation.status, "value", operation.status)) != "Pending":
            return operation
        time.sleep(0.05)
    raise TimeoutError


def by_accounting(push_data):
    client = CodatAccounting(security=accounting.Security(auth_header=KEY), server_url=URL)
    supplier = {"supplier_name": "Official supplier", "status": "Active"}
    bill = {
        "reference": "OFF-1",
        "issue_date": "2026-01-31T00:00:00",
        "due_date": "2026-02-28T00:00:00",
        "supplier_ref": {"id": "supplier-1"},
        "status": "Open",
        "line_items": [
            {
                "unit_amount": Decimal("10.25"),
                "quantity": Decimal(2),
                "total_amount": Decimal("20.50"),
                "account_ref": {"id": "account-1"},
            }
        ],
        "sub_total": Decimal("20.50"),
        "tax_amount": Decimal(0),
        "total_amount": Decimal("20.50"),
    }
    model = client.suppliers.get_create_update_model(request=WHERE)
    first = client.suppliers.create(request={**WHERE, "supplier": supplier})
    second = client.bills.create(request={**WHERE, "bill": bill, "timeout_in_minutes": 5})
    keys = [first.push_operation_key, second.push_operation_key]
    last = [
        ended(
            lambda key=key: push_data.get_operation(
                request={"company_id": COMPANY, "push_operation_key": key}
            )
        )
        for key in keys
    ]
    return {
        "displayName": model.display_name,
        "first": first.status.value,
        "keys": keys,
        "statuses": [one.status.value for one in last],
        "bill": last[1].changes[0].record_ref.id,
        "records": [one.changes[0].record_ref.id for one in last],
    }


def by_platform(push_data):
    option = push_data.get_model_options(
        request={**WHERE, "data_type": platform.SchemaDataType.BILLS}
    )
    page = push_data.list_operations(
        request={"company_id": COMPANY, "order_by": "-requestedOnUtc", "page_size": 2}
    )
    return {
        "option": option.type.value,
        "listed": [one.push_operation_key for one in page.results],
        "total": page.total_results,
    }


def by_webhooks(webhooks):
    created = webhooks.create_consumer(
        request={"url": "http://127.0.0.1:9/", "event_types": ["bills.write.successful"]}
    )
    listed = [one.id for one in webhooks.list_consumers().results]
    webhooks.delete_consumer(request={"webhook_id": created.id})
    return {
        "listed": listed == [created.id],
        "left": len(webhooks.list_consumers().results),
    }


def by_payables():
    client = codatsyncpayables.CodatSyncPayables(
        security=payables.Security(auth_header=KEY), server_url=URL
    )
    supplier = payables.Supplier(
        supplier_name="Payables supplier", status=payables.SupplierStatus.ACTIVE
    )
    created = client.suppliers.create(
        payables_operations.CreateSupplierRequest(**WHERE, supplier=supplier)
    ).create_supplier_response
    last = ended(
        lambda: (
            client.push_operations.get(
                payables_operations.GetPushOperationRequest(
                    company_id=COMPANY, push_operation_key=created.push_operation_key
                )
            ).push_operation
        )
    )
    return {"status": last.status.value, "key": created.push_operation_key}


def attach_to(bill):
    """Upload a file with each client that can."""
    by_accounting = CodatAccounting(security=accounting.Security(auth_header=KEY), server_url=URL)
    file = {"content": b"paper", "file_name": "a.txt"}
    by_accounting.bills.upload_attachment(
        request={**WHERE, "bill_id": bill, "attachment_upload": {"file": file}}
    )
    by_payables = codatsyncpayables.CodatSyncPayables(
        security=payables.Security(auth_header=KEY), server_url=URL
    )
    body = payables_operations.UploadBillAttachmentRequestBody(b"paper", "b.txt")
    by_payables.bills.upload_attachment(
        payables_operations.UploadBillAttachmentRequest(**WHERE, bill_id=bill, request_body=body)
    )


def refreshed(refresh_data, data_type):
    """Refresh a data type and poll until that is over."""
    begun = refresh_data.by_data_type(
        request={**WHERE, "data_type": platform.SchemaDataType(data_type)}
    )
    for _ in range(100):
        pull = refresh_data.get_pull_operation(
            request={"company_id": COMPANY, "dataset_id": begun.id}
        )
        if pull.is_completed or pull.is_errored:
            return pull.status.value
        time.sleep(0.05)
    raise TimeoutError


def by_reads(refresh_data, bill):
    """Read back what was pushed, as Codat's documents say: refresh, then read by id."""
    client = CodatAccounting(security=accounting.Security(auth_header=KEY), server_url=URL)
    types = ("bills", "chartOfAccounts", "transfers", "bankTransactions")
    statuses = {name: refreshed(refresh_data, name) for name in types}
    where = {"company_id": COMPANY}
    account = {**WHERE, "account_id": "bank-1"}
    fresh = refresh_data.get(request=where)
    return {
        "refreshes": statuses,
        "fresh": [
            status.current_status.value
            for status in (fresh.bills, fresh.chart_of_accounts, fresh.transfers)
        ],
        "bill": client.bills.get(request={**where, "bill_id": bill}).id,
        "queried": [
            row.reference
            for row in client.bills.list(
                request={**where, "query": "reference=OFF-1&&totalAmount>=20.5"}
            ).results
        ],
        "account": client.accounts.get(request={**where, "account_id": "account-1"}).id,
        "transfers": client.transfers.list(request=WHERE).total_results,
        "transactions": client.bank_account_transactions.list(request=account).total_results,
    }


with CodatPlatform(security=platform.Security(auth_header=KEY), server_url=URL) as official:
    report = {
        "accounting": by_accounting(official.push_data),
        "payables": by_payables(),
        "platform": by_platform(official.push_data),
        "webhooks": by_webhooks(official.webhooks),
    }
    report["reads"] = by_reads(official.refresh_data, report["accounting"]["bill"])
    attach_to(report["accounting"]["bill"])
sys.stdout.write(json.dumps(report))
