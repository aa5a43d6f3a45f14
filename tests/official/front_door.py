"""Drives Codat's own clients against our front door (argv); prints what they saw as JSON."""

# pyright: reportMissingImports=false
# They are installed where this file runs, not where it is checked.

import json
import sys
import time

import codatsyncpayables
from codat_accounting import CodatAccounting
from codat_accounting.models import shared as accounting
from codat_platform import CodatPlatform
from codat_platform.models import shared as platform
from codatsyncpayables.models import operations as payables_operations
from codatsyncpayables.models import shared as payables

URL, COMPANY, CONNECTION, KEY = sys.argv[1:]
WHERE = {"company_id": COMPANY, "connection_id": CONNECTION}

by_platform = CodatPlatform(security=platform.Security(auth_header=KEY), server_url=URL)
by_accounting = CodatAccounting(security=accounting.Security(auth_header=KEY), server_url=URL)
by_payables = codatsyncpayables.CodatSyncPayables(
    security=payables.Security(auth_header=KEY), server_url=URL
)


def ended(ask):
    """Poll as these clients would, until the push is over; give its status."""
    for _ in range(200):
        status = str(ask().status.value)
        if status != "Pending":
            return status
        time.sleep(0.05)
    raise TimeoutError


def created():
    """Create one supplier with each client that can; give the key and a reader of the push."""
    with_accounting = by_accounting.suppliers.create(
        request={**WHERE, "supplier": {"supplier_name": "Accounting", "status": "Active"}}
    )
    supplier = payables.Supplier(supplier_name="Payables", status=payables.SupplierStatus.ACTIVE)
    with_payables = by_payables.suppliers.create(
        payables_operations.CreateSupplierRequest(**WHERE, supplier=supplier)
    ).create_supplier_response
    return {
        "accounting": (with_accounting.push_operation_key, read_by_platform),
        "payables": (with_payables.push_operation_key, read_by_payables),
    }


def read_by_platform(key):
    """Ask codat-platform for one push."""
    return by_platform.push_data.get_operation(
        request={"company_id": COMPANY, "push_operation_key": key}
    )


def read_by_payables(key):
    """Ask codat-sync-for-payables for one push."""
    return by_payables.push_operations.get(
        payables_operations.GetPushOperationRequest(company_id=COMPANY, push_operation_key=key)
    ).push_operation


def attach_to(bill):
    """Attach a file with each client that can; say how what is no file was answered."""
    file = {"content": b"paper", "file_name": "a.txt"}
    by_accounting.bills.upload_attachment(
        request={**WHERE, "bill_id": bill, "attachment_upload": {"file": file}}
    )
    # It sends the text that Python prints for the bytes, not the bytes.
    body = payables_operations.UploadBillAttachmentRequestBody(b"paper", "b.txt")
    answer = by_payables.bills.upload_attachment(
        payables_operations.UploadBillAttachmentRequest(**WHERE, bill_id=bill, request_body=body)
    )
    return answer.status_code


def deleted(bill):
    """Delete a bill; give the end of the push."""
    push = by_accounting.bills.delete(request={**WHERE, "bill_id": bill})
    return ended(lambda: read_by_platform(push.push_operation_key))


def rows(results):
    return {row.push_operation_key: str(row.status.value) for row in results}


def main():
    pushes = created()
    ends = {
        client: ended(lambda read=read, key=key: read(key))
        for client, (key, read) in pushes.items()
    }
    option = by_accounting.bills.get_create_update_model(request=WHERE)
    listed = by_platform.push_data.list_operations(
        request={"company_id": COMPANY, "order_by": "-requestedOnUtc", "page_size": 50}
    )
    by_the_other = by_payables.push_operations.list(
        payables_operations.ListPushOperationsRequest(
            company_id=COMPANY, order_by="-requestedOnUtc", page_size=50
        )
    ).push_operations
    return {
        "keys": {client: key for client, (key, _) in pushes.items()},
        "ends": ends,
        "options": {"accounting": str(option.type.value)},
        "refused": attach_to("bill-7"),
        "deleted": deleted("bill-8"),
        "listed": {"platform": rows(listed.results), "payables": rows(by_the_other.results)},
    }


sys.stdout.write(json.dumps(main()))
