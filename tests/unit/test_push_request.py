"""A push request computes its digests once, and a copy with another record anew."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from codat.exact_json import MAX_VALUES
from workflows.models import PushRequest


def a_request(**fields):
    place = {"company_id": uuid4(), "connection_id": uuid4(), "data_type": "bills"}
    return PushRequest(**{**place, "data": {"a": 1}, "idempotency_key": "k", **fields})


@pytest.mark.parametrize("name", ["digest", "frozen_digest"])
def test_a_digest_is_computed_once(name):
    request = a_request()
    again = request.model_copy(update={"idempotency_key": "other"})

    assert getattr(request, name) is getattr(request, name)
    assert getattr(request, name) == getattr(again, name)


@pytest.mark.parametrize("name", ["digest", "frozen_digest"])
def test_another_record_has_another_digest(name):
    request = a_request()
    known = getattr(request, name)
    other = request.model_copy(update={"data": {"a": 2}})

    assert known != getattr(other, name)
    assert getattr(a_request(data={"a": 2}), name) == getattr(other, name)


def test_flags_change_what_a_number_freezes():
    request = a_request(record_id="7")
    known = request.frozen_digest

    assert known != request.model_copy(update={"force_update": True}).frozen_digest


def test_what_was_computed_is_not_written():
    request = a_request()
    known = request.model_dump()

    assert request.digest
    assert known == request.model_dump()
    assert request == PushRequest.model_validate(known)


def test_a_record_of_too_many_values_is_refused():
    assert a_request(data={"a": [1] * (MAX_VALUES - 2)})
    with pytest.raises(ValueError, match="the record may have at most 100000 values"):
        a_request(data={"a": [1] * (MAX_VALUES - 1)})


@pytest.mark.parametrize("odd", [".", ".."])
def test_a_record_id_that_no_path_can_hold_is_refused(odd):
    with pytest.raises(ValueError, match="no id of a record"):
        a_request(record_id=odd)


def test_a_digest_does_not_wait_for_that_of_another_request(monkeypatch):
    begun, may_end = threading.Event(), threading.Event()

    def slow(_, data):
        if data == {"name": "large"}:
            begun.set()
            may_end.wait(20)
        return "a digest"

    monkeypatch.setattr("workflows.models.digest_of", slow)
    large, small = a_request(data={"name": "large"}), a_request(data={"name": "small"})
    with ThreadPoolExecutor() as threads:
        threads.submit(lambda: large.digest)
        begun.wait(20)
        try:
            assert "a digest" == threads.submit(lambda: small.digest).result(timeout=5)
        finally:
            may_end.set()
