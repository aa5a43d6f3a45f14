"""What each error of Codat's becomes for Temporal."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from temporalio.exceptions import ApplicationErrorCategory

from activities.failures import FailureDetails
from tests.support.activity_environment import workbench

READS = ("fetch-options", "poll-status")
ALL = (*READS, "push")

ERRORS = {
    "refuse": "CodatUnreachable",
    "drop-before-commit": "CodatLost",
    "throttle": "CodatThrottled",
    "conflict": "CodatConflict",
    "unauthorized": "CodatUnauthorized",
    "payment-required": "CodatUnauthorized",
    "forbidden": "CodatUnauthorized",
    "not-found": "CodatNotFound",
    "error-before-commit": "CodatFailing",
    "wrong-json": "CodatLost",
    "cut-body": "CodatLost",
    "hang": "CodatLost",
}


@pytest.mark.parametrize("activity", ALL)
@pytest.mark.parametrize(("fault", "kind"), ERRORS.items())
async def test_every_fault_of_codats_is_told_by_its_name(activity, fault, kind):
    async with workbench(impatient=fault == "hang") as bench:
        bench.codat.fault(fault)
        failure = await bench.failure(activity)

    assert kind == failure.type


@pytest.mark.parametrize("fault", ERRORS)
async def test_no_fault_of_codats_counts_as_the_workers_own(fault):
    async with workbench(impatient=fault == "hang") as bench:
        bench.codat.fault(fault)
        failure = await bench.failure("push")

    assert ApplicationErrorCategory.BENIGN == failure.category


@pytest.mark.parametrize("fault", ERRORS)
async def test_reading_a_status_is_tried_again_unless_it_is_not_there(fault):
    async with workbench(impatient=fault == "hang") as bench:
        bench.codat.fault(fault)
        failure = await bench.failure("poll-status")

    assert (fault == "not-found") == failure.non_retryable


@pytest.mark.parametrize(
    ("fault", "is_final"),
    [("not-found", True), ("unauthorized", True), ("throttle", False), ("refuse", False)],
)
async def test_options_are_asked_for_again_unless_the_answer_is_final(fault, is_final):
    async with workbench(impatient=fault == "hang") as bench:
        bench.codat.fault(fault)
        failure = await bench.failure("fetch-options")

    assert is_final == failure.non_retryable


@pytest.mark.parametrize("activity", ALL)
@pytest.mark.parametrize("as_", ["seconds", "date"])
async def test_retry_after_becomes_the_next_delay(activity, as_):
    async with workbench() as bench:
        bench.codat.fault("throttle", retry_after=40, **{"as": as_})
        failure = await bench.failure(activity)

    delay = failure.next_retry_delay
    assert delay
    assert timedelta(seconds=38) <= delay <= timedelta(seconds=41)
    assert (
        delay.total_seconds()
        == FailureDetails.model_validate(failure.details[0]).retry_after_seconds
    )


async def test_a_day_of_patience_is_cut_to_an_hour():
    tomorrow = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    answer = httpx.MockTransport(lambda _: httpx.Response(429, headers={"Retry-After": tomorrow}))
    async with workbench(answer) as bench:
        failure = await bench.failure("poll-status")

    assert timedelta(hours=1) == failure.next_retry_delay


async def test_without_retry_after_the_policy_decides():
    async with workbench() as bench:
        bench.codat.fault("error-before-commit")
        failure = await bench.failure("poll-status")

    assert failure.next_retry_delay is None


async def test_the_failure_says_status_and_correlation_id():
    body = {"error": "No.", "correlationId": "abc"}
    answer = httpx.MockTransport(lambda _: httpx.Response(503, json=body))
    async with workbench(answer) as bench:
        failure = await bench.failure("push")

    refusal = FailureDetails.model_validate(failure.details[0])
    assert (503, "abc") == (refusal.status, refusal.correlation_id)
