"""Whatever Codat and the checks say, what travels through Temporal fits into a payload."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError

from activities.candidates import MAX_CANDIDATES, named_candidates
from activities.failures import codat_failures
from activities.find_models import SearchResult
from activities.matching import Match
from activities.models import ValidationResult
from activities.prior_runs import PastEvent, PastEventKind, PriorRuns
from activities.readings import snapshot_of
from activities.recall import MAX_MEMORY, _fitting
from activities.wire import Finding, count_of
from codat.errors import CodatRefused
from codat.models import PushOperation, PushStatus
from workflows.carried_state import CarriedState
from workflows.details import outcome_details
from workflows.ledger import Ledger
from workflows.ledger_rebuild import rebuild_ledger
from workflows.models import PushOutcome, PushRecord, PushRequest
from workflows.submission import AttemptResult, record

PAYLOAD = 2 * 1024 * 1024
"""Bytes; Temporal fails the task of a workflow that makes a larger one."""

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
COUNTS = st.sampled_from([0, 1, 99, 100, 101, 1_000, 10_001])
LENGTHS = st.sampled_from([0, 10, 255, 1_000, 1_001, 100_000])
LETTERS = st.sampled_from(["x", "\u00e9", "\u20ac", "\U0001f4d2", '"', "\x01"])


def size_of(value: object) -> int:
    (payload,) = pydantic_data_converter.payload_converter.to_payloads([value])
    return payload.ByteSize()


def operation(status: str, count: int, text: str, echo: int) -> PushOperation:
    item = {"itemId": text, "message": text or "m", "validatorName": text}
    change = {"type": text, "recordRef": {"id": text, "dataType": "invoices"}}
    return PushOperation.model_validate(
        {
            "pushOperationKey": uuid4(),
            "status": status,
            "errorMessage": text,
            "changes": [change] * count if status == "Success" else [],
            "validation": {"errors": [item] * count, "warnings": [item] * count},
            "data": {"memo": "x" * echo},
        }
    )


@settings(max_examples=20, deadline=None)
@given(
    status=st.sampled_from(["Success", "Failed", "Pending"]),
    count=COUNTS,
    length=LENGTHS,
    letter=LETTERS,
    echo=st.sampled_from([0, 1_000_000, 3_000_000]),
)
def test_an_operation_fits_and_so_does_the_end_that_it_brings(status, count, length, letter, echo):
    if count * length > 2_000_000:
        length = 255
    snapshot = snapshot_of(operation(status, count, letter * length, echo))
    outcome = PushOutcome(
        status=PushStatus.SUCCESS,
        message=letter * length,
        records=[PushRecord(id=letter * length)] * count,
        errors=snapshot.errors,
        warnings=snapshot.warnings + snapshot.warnings,
        submitted=True,
        requested_on_utc=NOON,
        data=snapshot.operation.data,
    )

    assert size_of(snapshot) < PAYLOAD
    assert size_of(outcome) < PAYLOAD
    assert count_of(snapshot.errors) == count
    assert len(outcome_details(outcome, "push").encode()) < PAYLOAD


@settings(max_examples=20, deadline=None)
@given(count=COUNTS, length=LENGTHS, letter=LETTERS)
def test_a_verdict_fits_and_counts_what_it_leaves_out(count, length, letter):
    text = letter * length
    finding = Finding.model_construct(pointer=text, message=text, rule=text)
    verdict = ValidationResult(errors=[finding] * count, warnings=[finding] * count)

    assert size_of(verdict) < PAYLOAD
    assert [count, count] == [count_of(verdict.errors), count_of(verdict.warnings)]


def test_a_list_that_was_cut_is_cut_again_without_losing_count():
    first = ValidationResult(errors=[Finding(pointer="/a", message="wrong")] * 150).errors
    twice = ValidationResult(errors=[*first, *first]).errors

    assert [150, 300] == [count_of(first), count_of(twice)]
    assert "and 200 more" == twice[-1].message


def test_a_look_names_the_likeliest_of_many_candidates():
    seen = [(operation("Success", 0, "", 0), Match.UNCLEAR) for _ in range(MAX_CANDIDATES)]
    equal = (operation("Success", 0, "", 0), Match.EQUAL)
    named = named_candidates([*seen, equal])

    assert MAX_CANDIDATES == len(named)
    assert equal[0].push_operation_key == named[0].push_operation_key
    assert size_of(SearchResult(candidates=named, more=1)) < PAYLOAD


@pytest.mark.parametrize(("attempts", "is_unread"), [(100, False), (20_000, True)])
def test_runs_that_left_too_much_behind_count_as_unreadable(attempts, is_unread):
    fact = PastEvent(at=NOON, kind=PastEventKind.SCHEDULED, number=1, digest="0" * 64)
    memory = _fitting(PriorRuns(facts=[fact] * attempts), [str(uuid4()) for _ in range(500)])

    assert size_of(memory) < MAX_MEMORY
    assert rebuild_ledger(memory).unread is is_unread


def test_a_ledger_stays_small_however_often_codat_refuses():
    ledger = Ledger()
    for turn in range(20_000):
        entry = ledger.begin(NOON + timedelta(minutes=turn), 5, "0" * 64)
        entry.open = 1
        record(entry, AttemptResult.UNAUTHORIZED)
    resume = CarriedState(requested_on_utc=NOON, ledger=ledger)
    request = PushRequest.model_validate(
        {
            "companyId": UUID(int=1),
            "connectionId": UUID(int=2),
            "dataType": "invoices",
            "data": {"memo": "x" * 1_000_000},
            "idempotencyKey": "a key",
            "resume": resume,
        }
    )

    assert 20_000 == ledger.submissions[-1].number
    assert size_of(request) < PAYLOAD


def test_a_failure_says_only_the_beginning_of_what_codat_said():
    with pytest.raises(ApplicationError) as caught, codat_failures():
        raise CodatRefused("x" * 3_000_000, status=400, correlation_id="y" * 3_000_000)

    assert len(str(caught.value)) < 1_100
    assert size_of(caught.value.details[0]) < 1_000
