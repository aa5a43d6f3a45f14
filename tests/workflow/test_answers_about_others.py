"""An answer about another company, connection or data type is none of ours."""

import pytest

from activities.models import PushPolicy
from tests.support.cluster import cluster
from tests.support.protocol import protocol, sent, written_once

each = pytest.mark.parametrize("what", ["company", "connection", "dataType"])
READS = r"^.*/push/[^/]+$"


@each
async def test_an_answer_about_another_is_asked_for_with_the_same_key(devserver, what):
    async with protocol(devserver) as here:
        here.codat.fault("answer-about-another", what=what, method="POST", nth=1)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (2, 1) == sent(here)


@each
@pytest.mark.parametrize("update", [{}, {"record_id": "account-1"}], ids=["create", "update"])
async def test_what_an_answer_about_another_hides_is_looked_for(devserver, what, update):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        method = "PUT" if update else "POST"
        here.codat.fault("answer-about-another", what=what, method=method, nth=1)
        outcome = await here.end(**update)

        assert written_once(here, outcome)
        assert (1, 1) == sent(here)
    assert "by comparing its contents" in outcome.warnings[-1].message


@each
async def test_a_reading_about_another_is_no_reading(skipping, what):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("answer-about-another", what=what, method="GET", path=READS)
        outcome = await here.end(timeout_in_minutes=10)

    assert "Unknown" == outcome.status
    assert "another company, connection or data type" in outcome.message


@each
async def test_after_readings_about_others_the_right_one_counts(skipping, what):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("answer-about-another", what=what, method="GET", path=READS, times=5)
        outcome = await here.end()

        assert written_once(here, outcome)
