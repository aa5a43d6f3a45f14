import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from codat.errors import (
    CodatConflict,
    CodatError,
    CodatFailing,
    CodatKeyReused,
    CodatLost,
    CodatNotFound,
    CodatRefused,
    CodatThrottled,
    CodatUnauthorized,
    CodatUnclear,
)
from codat.responses import CodatResponse
from tests.support.published_documents import published

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def an_error(status, body=b"", **headers):
    answer = CodatResponse(status, headers, body, secrets=("a-long-secret",))
    with pytest.raises(CodatError) as raised:
        answer.document()
    return raised.value


def own(status, **members):
    known = {"statusCode": status, "service": "PublicApi", "error": "No.", "correlationId": "8fa2"}
    return json.dumps(known | members).encode()


WHATEVER_THE_BODY = [
    ([401], CodatUnauthorized),
    ([413], CodatRefused),
    ([429], CodatThrottled),
    ([408, 421, 425], CodatUnclear),
    ([500, 502, 503, 504, 599], CodatFailing),
    ([301, 302, 304, 307, 308, 399], CodatLost),
]
IN_CODATS_OWN_FORM = [
    ([402, 403], CodatUnauthorized),
    ([400, 418, 451, 499], CodatRefused),
    ([404], CodatNotFound),
    ([409], CodatConflict),
    ([422], CodatKeyReused),
]
FOREIGN = [
    b"",
    b"<html><h1>403 Forbidden</h1></html>",
    b'{"message": "Forbidden"}',
    b'{"statusCode": 404, "message": "Resource not found"}',
    b'{"error": "invalid_request"}',
    b'{"error": {"code": "invalid_json"}, "statusCode": 400, "service": "x"}',
    b'{"type": "about:blank", "title": "Bad Request", "status": 400}',
    b'["statusCode", "error", "service"]',
]


@pytest.mark.parametrize(("statuses", "kind"), [*WHATEVER_THE_BODY, *IN_CODATS_OWN_FORM])
def test_each_status_has_its_error(statuses, kind):
    errors = [an_error(status, own(status)) for status in statuses]

    assert {kind} == {type(error) for error in errors}
    assert statuses == [error.status for error in errors]


@pytest.mark.parametrize(("statuses", "kind"), WHATEVER_THE_BODY)
@pytest.mark.parametrize("body", FOREIGN)
def test_what_settles_by_its_status_needs_no_form(statuses, kind, body):
    assert {kind} == {type(an_error(status, body)) for status in statuses}


@pytest.mark.parametrize("statuses", [statuses for statuses, _ in IN_CODATS_OWN_FORM])
@pytest.mark.parametrize("body", FOREIGN)
def test_what_is_not_in_codats_own_form_proves_nothing(statuses, body):
    assert {CodatUnclear} == {type(an_error(status, body)) for status in statuses}


def test_a_foreign_answer_is_told_as_such():
    assert (
        "The answer 403 (Forbidden) is not in Codat's own form; a proxy may have given it."
        == str(an_error(403, b"<html>"))
    )


def test_published_errors_are_in_codats_own_form():
    examples = [e for e in published("error_examples.json") if e["httpStatus"]]
    kinds = {type(an_error(e["httpStatus"], json.dumps(e["body"]).encode())) for e in examples}

    assert CodatUnclear not in kinds


def test_published_error_bodies_become_sentences():
    examples = [e for e in published("error_examples.json") if e["httpStatus"]]
    for example in examples:
        body = example["body"]
        error = an_error(example["httpStatus"], json.dumps(body).encode())

        assert f"{body['error'].rstrip('.')}" in str(error)
        assert body["correlationId"] == error.correlation_id
        assert str(error).endswith(f"(correlation id {error.correlation_id}).")


def test_the_sentence_says_what_codat_said():
    body = own(404, error="No such\n connection.")

    assert "Codat answered 404 (Not Found): No such connection (correlation id 8fa2)." == str(
        an_error(404, body)
    )


def test_the_sentence_tells_what_validation_found():
    body = own(400, error="Bad", validation={"errors": [{"message": "Too long."}, 7, {}]})

    assert "Codat answered 400 (Bad Request): Bad; Too long" in str(an_error(400, body))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": 7, "validation": []}', b"\xff"]
)
def test_a_body_that_says_nothing_leaves_the_status(body):
    assert "Codat answered 503 (Service Unavailable)." == str(an_error(503, body))


def test_an_unheard_of_status_is_told_as_a_number():
    assert "Codat answered 599 (an unknown status)." == str(an_error(599))


def test_a_long_reason_is_cut():
    assert 400 > len(str(an_error(400, json.dumps({"error": "x" * 10_000}).encode())))


def test_a_key_that_codat_repeats_is_blotted_out():
    assert "Codat answered 401 (Unauthorized): key *** is old." == str(
        an_error(401, b'{"error": "key a-long-secret is old"}')
    )


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("0.5", timedelta(seconds=0.5)),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), timedelta(minutes=2)),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), timedelta(0)),
        ("999999999", timedelta(days=1)),
        ("-1", None),
        ("soon", None),
        ("1e9", None),
        ("", None),
    ],
)
def test_retry_after_is_read_against_the_servers_clock(text, wait):
    date = format_datetime(NOW, usegmt=True)

    assert wait == an_error(429, **{"retry-after": text, "date": date}).retry_after


def test_an_error_carries_the_servers_own_date():
    assert NOW == an_error(500, date=format_datetime(NOW, usegmt=True)).date


def test_a_date_that_is_none_is_left_out():
    assert an_error(500, date="yesterday").date is None


def test_a_success_that_says_nothing_is_lost():
    assert CodatLost is type(an_error(204))


def test_json_that_ends_too_early_is_lost():
    assert "Codat answered 200, but what it sent is no JSON." == str(an_error(200, b'{"a":'))
