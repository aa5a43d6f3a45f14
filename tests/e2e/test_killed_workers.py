"""The worker is killed by SIGKILL at each moment of a push, all of them at the same time."""

import asyncio

import pytest
import pytest_asyncio

from codat.models import PushStatus
from tests.support.worker_kill import MARKER, MOMENTS, Place, kill_at

pytestmark = pytest.mark.timeout(280)  # a lost POST is known to be lost after a minute


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="killings")
async def _killings(stack, emulator):
    done = await asyncio.gather(*(kill_at(Place(stack, emulator), moment) for moment in MOMENTS))
    return dict(zip(MOMENTS, done, strict=True))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_push_survives_the_death_of_its_worker(killings, moment):
    assert PushStatus.SUCCESS == killings[moment].outcome.status


@pytest.mark.parametrize("moment", MOMENTS)
def test_its_record_is_written_once(killings, moment):
    assert ["Created"] == [entry["change"] for entry in killings[moment].ledger]


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_request_of_it_carries_the_same_key(killings, moment):
    posts = killings[moment].after.posts

    assert 1 == len({post["headers"]["idempotency-key"] for post in posts})


def test_a_worker_was_killed_before_it_could_ask_for_options(killings):
    before = killings["before fetch-options"].before

    assert [] == before.journal
    assert ["fetch-options"] == before.pending


def test_a_worker_was_killed_between_validation_and_the_request(killings):
    before = killings["after validate"].before

    assert ["GET"] == [entry["method"] for entry in before.journal]
    assert MARKER in before.events


def test_a_worker_was_killed_while_its_request_was_unanswered(killings):
    killing = killings["POST unanswered"]

    assert ["push"] == killing.before.pending
    assert ["hanging", "200"] == [post["status"] for post in killing.after.posts]


def test_a_worker_was_killed_between_an_answer_and_its_report(killings):
    before = killings["POST answered"].before

    assert ["200"] == [post["status"] for post in before.posts]
    assert ["push"] == before.pending


def test_a_worker_was_killed_in_a_timer(killings):
    before = killings["in a timer"].before

    assert [] == before.unanswered
    assert before.is_in_timer


def test_a_worker_was_killed_in_a_poll(killings):
    killing = killings["in a poll"]

    assert ["poll-status"] == killing.before.pending
    assert "hanging" == killing.after.polls[0]["status"]
