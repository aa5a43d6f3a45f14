"""The refusal of an update of a record that changed since it was read, in its wordings."""

from uuid import uuid4

import pytest

from codat.kinds import PushKind
from codat.models import PushOperation
from workflows.kind_words import sentence_of

STALE = [
    "sourceModifiedDate does not match the last change of the record.",
    "The record has been modified since it was last synced.",
    "Stale Object Error : You and Ann were working on this at the same time.",
    "The invoice is out of date. Refresh and try again.",
    "You should refresh the data before you push again.",
    "SyncToken mismatch",
    "A newer version of the bill exists.",
]
OTHER = ["Supplier does not exist.", "The amount must be greater than zero."]


def said(reason, kind=PushKind.UPDATE):
    failed = {"status": "Failed", "statusCode": 400, "errorMessage": reason}
    return sentence_of(kind, PushOperation(push_operation_key=uuid4(), **failed))


@pytest.mark.parametrize("reason", STALE)
def test_both_ways_on_are_named(reason):
    assert reason in said(reason)
    assert "Refresh the data type" in said(reason)
    assert "forceUpdate" in said(reason)


@pytest.mark.parametrize("reason", OTHER)
def test_another_refusal_is_told_as_it_is(reason):
    assert said(reason).endswith(reason)


def test_a_create_is_never_stale():
    assert said(STALE[0], PushKind.CREATE).endswith(STALE[0])
