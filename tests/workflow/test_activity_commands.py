"""An operator's commands on the activities of a push: never twice, never a wrong word, no hang."""

import asyncio
from datetime import timedelta

import pytest

from activities.recall import RecallActivities
from codat.client import CodatClient
from emulator import seeds
from tests.support.activity_commands import ActivityCommands
from tests.support.eventually import eventually
from tests.support.protocol import (
    MODES,
    Gate,
    held_up,
    protocol,
    seconds_for_minutes,
    sent,
    written_once,
)
from tests.support.temporal_commands import check, reset, start_like

both = pytest.mark.parametrize("mode", MODES)

AGAIN = ("unpause", "reset", "more attempts")


@pytest.fixture(name="gate")
def _gate(monkeypatch):
    """The first request is carried out; then its worker waits, and fails as nobody foresaw."""
    push, gate = CodatClient.push, Gate()

    async def failing(self, *given, **named):
        told = await push(self, *given, **named)
        if not gate.reached.is_set():
            gate.reached.set()
            await gate.open.wait()
            raise RuntimeError("a test")
        return told

    monkeypatch.setattr(CodatClient, "push", failing)
    yield gate
    gate.open.set()


def hold_first(patch, owner, method):
    """Let the first call of a method wait for ever; gives the event of its beginning."""
    begun, original = asyncio.Event(), getattr(owner, method)

    async def held(self, *given, **named):
        if not begun.is_set():
            begun.set()
            await asyncio.Event().wait()
        return await original(self, *given, **named)

    patch.setattr(owner, method, held)
    return begun


async def hand_out_again(commands, how, gate):
    """Let the server hand out again an activity whose first attempt is under way."""
    if how == "more attempts":
        await commands.allow_attempts(3)
        gate.open.set()
        return
    await commands.pause()
    gate.open.set()
    await commands.pends_again()
    await (commands.unpause() if how == "unpause" else commands.reset())


@both
@pytest.mark.parametrize("how", AGAIN)
async def test_a_request_that_is_handed_out_again_is_not_sent_again(devserver, mode, how, gate):
    async with protocol(devserver, mode, echo_data=True) as here:
        push = await here.push()
        await gate.reached.wait()
        await hand_out_again(ActivityCommands(push, "push"), how, gate)
        outcome = await push.outcome()

        assert written_once(here, outcome)


@both
async def test_a_paused_request_whose_answer_is_lost_says_so_at_once(devserver, mode):
    async with protocol(devserver, mode, echo_data=True) as here, held_up(answer=False) as gate:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        push = await here.push()
        await gate.reached.wait()
        await ActivityCommands(push, "push").pause()
        gate.open.set()
        outcome = await push.outcome()

        check(here, outcome)
    assert "Success" == outcome.status


async def test_cancelled_after_an_unpause_it_is_not_called_unsent(devserver, gate):
    async with protocol(devserver) as here:
        push = await here.push()
        await gate.reached.wait()
        await push.handle.cancel()
        await hand_out_again(ActivityCommands(push, "push"), "unpause", gate)
        outcome = await push.outcome()

        check(here, outcome)
    assert outcome.submitted


async def test_a_paused_request_does_not_outlast_the_deadline(devserver, monkeypatch, gate):
    seconds_for_minutes(monkeypatch)
    monkeypatch.setattr("workflows.steps.send.CALL_TIMEOUT", timedelta(seconds=2))
    async with protocol(devserver) as here:
        push = await here.push(timeout_in_minutes=2)
        await gate.reached.wait()
        commands = ActivityCommands(push, "push")
        await commands.pause()
        gate.open.set()
        await commands.pends_again()
        outcome = await push.outcome()

        check(here, outcome)
    assert ("TimedOut", True, True) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


@pytest.mark.parametrize(
    ("activity", "path", "sent"),
    [("poll-status", r"^.*/push/[^/]+$", True), ("fetch-options", r"^.*/options/.*$", False)],
)
async def test_a_paused_question_does_not_outlast_the_deadline(
    devserver, activity, path, sent, monkeypatch
):
    seconds_for_minutes(monkeypatch)
    monkeypatch.setattr("workflows.steps.poll.LAST_QUESTION", timedelta(seconds=3))
    async with protocol(devserver) as here:
        here.codat.fault("error-before-commit", method="GET", path=path)
        push = await here.push(connection_id=seeds.OFFLINE, timeout_in_minutes=4)
        commands = ActivityCommands(push, activity)
        await commands.pends_again()
        await commands.pause()
        outcome = await push.outcome()

        check(here, outcome)
    assert sent == outcome.submitted
    assert outcome.status == ("Unknown" if sent else "TimedOut")


@both
@pytest.mark.parametrize("by", ["complete", "fail"])
async def test_a_request_that_is_ended_by_hand_is_looked_for(devserver, mode, by):
    async with protocol(devserver, mode, echo_data=True) as here, held_up(answer=True) as gate:
        push = await here.push()
        await gate.reached.wait()
        commands = ActivityCommands(push, "push")
        await (commands.complete("{}") if by == "complete" else commands.fail('"stuck"'))
        outcome = await push.outcome()
        gate.open.set()

        check(here, outcome)
        assert 1 == len(here.records)
    assert "Success" == outcome.status


async def test_after_a_reset_a_hand_completed_request_keeps_its_key(devserver):
    async with protocol(devserver) as here, held_up(answer=True) as gate:
        here.codat.fault("hang", method="POST", nth=2, times=1000)
        push = await here.push()
        await gate.reached.wait()
        await ActivityCommands(push, "push").complete("{}")

        async def has_been_sent_again():
            return len(here.posts) > 1

        await eventually(has_been_sent_again)
        await reset(push)
        here.codat.forget_faults()
        outcome = await push.outcome()

        check(here, outcome)
        assert 1 == sent(here)[1]
    assert "Success" == outcome.status


@pytest.mark.parametrize("by", ["complete", "fail"])
async def test_a_question_that_is_ended_by_hand_is_asked_again(devserver, by, monkeypatch):
    begun = hold_first(monkeypatch, CodatClient, "operation")
    async with protocol(devserver) as here:
        push = await here.push()
        await begun.wait()
        commands = ActivityCommands(push, "poll-status")
        await (commands.complete("{}") if by == "complete" else commands.fail('"stuck"'))
        outcome = await push.outcome()

        check(here, outcome)
    assert "Success" == outcome.status


@both
async def test_a_search_that_is_completed_by_hand_proves_nothing(devserver, mode):
    async with protocol(devserver, mode, platform="ignored", echo_data=True) as here:
        here.codat.fault("commit-then-5xx", method="POST", nth=1)
        here.codat.fault("error-before-commit", method="GET", path=r"^.*/push$")
        push = await here.push()
        commands = ActivityCommands(push, "find-submission")
        await commands.pends_again()
        await commands.complete("{}")
        here.codat.forget_faults()
        outcome = await push.outcome()

        check(here, outcome)
        assert 1 == len(here.records)
    assert "Success" == outcome.status


async def test_the_past_that_is_completed_by_hand_is_read_again(devserver, monkeypatch):
    async with protocol(devserver) as here:
        push = await here.push()
        await push.outcome()
        begun = hold_first(monkeypatch, RecallActivities, "_runs")
        await start_like(push, here.task_queue)
        await begun.wait()
        await ActivityCommands(push, "recall").complete("{}")
        outcome = await push.outcome()

        check(here, outcome)
        assert 1 == len(here.posts)
    assert "Success" == outcome.status
