"""Why a request of a push could not write a second record."""

from uuid import uuid4

import pytest

from activities.find_models import Purpose, SearchResult
from activities.models import OperationSnapshot
from codat.models import PushOperation
from dispatch.timeline.resend_reasons import ResendReasons
from surepush_client.models import Candidate
from tests.support.activity_environment import attempt


def an_operation(status, **members):
    told = {"pushOperationKey": uuid4(), "status": status, "errorMessage": "No.", **members}
    return OperationSnapshot(operation=PushOperation.model_validate(told))


@pytest.fixture(name="safety")
def _safety():
    safety = ResendReasons()
    assert "nothing of this push had been sent" in safety.before(attempt())
    return safety


@pytest.mark.parametrize(
    ("kind", "proof"),
    [
        ("CodatThrottled", "was refused"),
        ("CodatUnauthorized", "was refused"),
        ("NotSent", "never left the worker"),
    ],
)
def test_a_request_that_wrote_nothing_makes_the_next_one_safe(safety, kind, proof):
    safety.refused(kind)

    assert proof in safety.before(attempt())


@pytest.mark.parametrize("kind", ["CodatConflict", "CodatThrottled", "CodatRefused", "NotSent"])
def test_while_an_answer_is_owed_a_refusal_is_no_proof(safety, kind):
    safety.refused("Lost")
    safety.before(attempt())
    safety.refused(kind)

    assert "the idempotency key of the request before" in safety.before(attempt())
    assert "" == safety.before(attempt(number=2))


def test_a_look_that_finds_nothing_ends_what_was_owed(safety):
    safety.refused("Lost")
    safety.looked(Purpose.DECIDE, SearchResult(candidates=[]))
    safety.before(attempt(number=2))
    safety.refused("CodatThrottled")

    assert "was refused" in safety.before(attempt(number=2))


def test_a_lost_request_is_repeated_under_its_own_key(safety):
    safety.refused("Lost")

    assert "the idempotency key of the request before" in safety.before(attempt())


@pytest.mark.parametrize("kind", ["CodatConflict", "CodatUnauthorized", "CodatRefused", "NotSent"])
def test_a_refusal_proves_nothing_with_an_earlier_request_open(safety, kind):
    safety.refused("Lost")
    safety.before(attempt())
    safety.refused(kind)

    assert "" == safety.before(attempt(number=2))


@pytest.mark.parametrize("more", [{"number": 2}, {"idempotency_key": None}])
def test_nothing_is_claimed_that_the_history_does_not_prove(safety, more):
    safety.refused("CodatFailing")

    assert "" == safety.before(attempt(**more))


def test_a_failed_operation_wrote_nothing(safety):
    safety.answered(an_operation("Failed"))

    assert "had failed, so it wrote nothing" in safety.before(attempt(number=2))


def test_an_operation_that_failed_without_proof_is_none(safety):
    safety.answered(an_operation("Failed", statusCode=504))

    assert "" == safety.before(attempt(number=2))


def test_a_pending_operation_proves_nothing(safety):
    safety.answered(an_operation("Pending"))

    assert "" == safety.before(attempt(number=2))


@pytest.mark.parametrize(
    ("purpose", "proof"),
    [(Purpose.LOOK, ""), (Purpose.DECIDE, "showed nothing"), (Purpose.SETTLE, "a person")],
)
def test_only_a_decisive_look_that_finds_nothing_is_a_proof(safety, purpose, proof):
    safety.refused("CodatFailing")
    safety.looked(purpose, SearchResult(candidates=[]))

    assert proof in safety.before(attempt(number=2))


def test_a_look_with_candidates_proves_nothing(safety):
    safety.refused("CodatFailing")
    candidate = Candidate(push_operation_key=uuid4(), status="Pending", match="equal")
    safety.looked(Purpose.DECIDE, SearchResult(candidates=[candidate]))

    assert "" == safety.before(attempt(number=2))
