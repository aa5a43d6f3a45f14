"""Push a direct cost with Codat's own client for Python, and print how it ended.

    pip install codat-lending==12.0.0
    python push_direct_cost.py URL API_KEY COMPANY_ID CONNECTION_ID COST_ID AMOUNT

URL is the front door's. Run it twice: the same COST_ID is the same push, and another amount under
it is refused. Exit codes: 0 Success, 1 any other end, 2 refused.
"""

# pyright: reportMissingImports=false

import base64
import sys
import time
from decimal import Decimal

from codat_lending.models import errors, shared
from codat_lending.sdk import CodatLending


def amount(digits: str) -> Decimal:
    """Read an amount; ValueError where the client, which sends floats, would change it."""
    exact = Decimal(digits)
    if Decimal(repr(float(exact))) != exact:
        raise ValueError(f"{digits} has more digits than this client sends: start it by name")
    return exact


def direct_cost(cost_id: str, total: Decimal) -> dict[str, object]:
    """Make the record; compute with Decimal, since floats make 0.1 + 0.2 another amount."""
    line = {"unit_amount": total, "quantity": 1, "account_ref": {"id": "account-1"}}
    return {
        "reference": cost_id,
        "issue_date": "2026-01-31T00:00:00",
        "currency": "GBP",
        "line_items": [{**line, "total_amount": total}],
        "payment_allocations": [],
        "sub_total": total,
        "tax_amount": 0,
        "total_amount": total,
    }


def main(arguments: list[str]) -> int:
    """Start the push, or join it, and wait for its end."""
    url, key, company, connection, cost_id, total = arguments
    header = f"Basic {base64.b64encode(key.encode()).decode()}"
    client = CodatLending(security=shared.Security(auth_header=header), server_url=url)
    where = {"company_id": company, "connection_id": connection}
    push = client.loan_writeback.direct_costs.create(
        request={**where, "direct_cost_prototype": direct_cost(cost_id, amount(total))},
        # Without it the client's own repeats after a time-out would be pushes of their own.
        http_headers={"Idempotency-Key": f"cost-{cost_id}"},
    )
    while push.status == shared.PushOperationStatus.PENDING:
        time.sleep(0.5)
        push = client.loan_writeback.create_operations.get(
            request={"company_id": company, "push_operation_key": push.push_operation_key}
        )
    print(push.push_operation_key, push.status.value)
    return int(push.status != shared.PushOperationStatus.SUCCESS)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (ValueError, errors.CodatLendingError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
