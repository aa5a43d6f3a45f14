"""A push's story can be passed on without what is in its record."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from dispatch.timeline.redaction import HIDDEN, redacted
from dispatch.timeline.timeline import Timeline, TimelineEvent, merged
from surepush_client.codat_names import PushStatus
from surepush_client.models import ChangedField, PushOutcome
from tests.support.cluster import a_request

NOW = datetime(2026, 11, 22, tzinfo=UTC)
RECORD = {"name": "Acme Ltd", "lines": [{"amount": 1250, "isTaxed": True}], "note": "x"}


def told(*said):
    moments = [TimelineEvent(NOW, 1, "checked the record", said=said)]
    return Timeline(uuid4(), moments, {1: a_request(data=RECORD, reason="Acme Ltd called")})


def test_a_record_keeps_its_shape_and_loses_its_values():
    shape = {"name": HIDDEN, "lines": [{"amount": HIDDEN, "isTaxed": HIDDEN}], "note": HIDDEN}

    assert shape == redacted(told()).data


@pytest.mark.parametrize("reason", ["Kowalski phoned", "Acme Ltd called", "(We phoned Acme.)"])
def test_a_persons_reason_goes_too(reason):
    asked = a_request(data=RECORD, reason=reason)
    moments = [TimelineEvent(NOW, 1, "asked again", said=(f"because: {reason}",))]
    clean = redacted(Timeline(uuid4(), moments, {1: asked}))

    assert clean.requests[1].reason is None
    assert (f"because: {HIDDEN}",) == clean.moments[0].said


@pytest.mark.parametrize(
    "said",
    ["Acme Ltd is unknown.", "'Acme' is unknown.", "1,250.00 is too much.", "acme ltd is no name."],
)
def test_words_that_quote_the_record_lose_the_quotation(said):
    (text,) = redacted(told(said)).moments[0].said

    assert "acme" not in text.lower()
    assert "250" not in text


def test_an_operations_key_is_still_readable():
    key = str(uuid4())

    assert (f"it may be {key}",) == redacted(told(f"it may be {key}")).moments[0].said


def test_the_same_answer_again_and_again_is_one_moment():
    later = NOW.replace(hour=1)
    (one,) = merged(
        [TimelineEvent(NOW, 1, "still Pending"), TimelineEvent(later, 1, "still Pending")]
    )

    assert (2, NOW, later) == (one.times, one.at, one.until)


def test_the_same_in_another_run_is_told_again():
    assert 2 == len(
        merged([TimelineEvent(NOW, 1, "still Pending"), TimelineEvent(NOW, 2, "still Pending")])
    )


def test_what_the_platform_changed_goes_too():
    told_end = PushOutcome(
        status=PushStatus.SUCCESS,
        message="Written.",
        submitted=True,
        requested_on_utc=NOW,
        data=RECORD,
        changed_by_platform=[ChangedField(pointer="/note", sent="x", stands="y")],
    )
    clean = redacted(replace(told(), outcome=told_end)).outcome

    assert clean
    assert (None, None) == (clean.data, clean.changed_by_platform)
