"""What pushes with the same trouble have in common, and what a record is called."""

from datetime import UTC, datetime

import pytest

from activities.wire import Finding
from codat.models import PushStatus
from dispatch.record_title import record_title
from workflows.cause import cause_of, cause_without_texts
from workflows.models import PushOutcome


def outcome(*errors, message="The supplier 'Mill' is closed since 2026."):
    return PushOutcome(
        status=PushStatus.FAILED,
        message=message,
        errors=list(errors),
        submitted=True,
        requested_on_utc=datetime(2026, 11, 20, tzinfo=UTC),
    )


def test_values_do_not_part_pushes_with_the_same_trouble():
    assert "Failed: The supplier … is closed since …." == cause_of(outcome())


def test_where_payloads_are_encrypted_no_sentence_is_quoted():
    finding = Finding(pointer="/lineItems/3/taxRateRef", message="Mill owes us", rule="required")

    assert "Failed: /lineItems/taxRateRef: required" == cause_without_texts(outcome(finding))
    assert "Failed" == cause_without_texts(outcome())


@pytest.mark.parametrize(
    ("record", "title"),
    [
        ({"reference": "INV-1", "totalAmount": 12.5, "currency": "GBP"}, "INV-1 · 12.5 GBP"),
        ({"supplierName": " Mill "}, "Mill"),
        ({"reference": 7, "amount": True, "name": ["x"]}, ""),
        ({"amount": 3}, "3"),
    ],
)
def test_a_record_is_called_by_its_number_or_name_and_amount(record, title):
    assert title == record_title(record)
