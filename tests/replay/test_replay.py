"""Recorded histories, replayed by today's workflow: what runs now goes on after a deploy.

`python -m tests.support.record_histories` records them.
"""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from dispatch.payloads.converter import CONVERTER
from dispatch.process.sandbox import RUNNER
from tests.support.record_histories import ON_SHORT_HISTORIES, VERSION, WAYS
from tests.support.recorded_histories import HISTORIES
from workflows.plan import workflow as plan_workflow
from workflows.push import PushWorkflow
from workflows.steps import poll
from workflows.turn import TurnWorkflow


def history(path: Path) -> WorkflowHistory:
    text = path.read_text()
    started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], text)


def replayer() -> Replayer:
    ours = [PushWorkflow, plan_workflow.PlanWorkflow, TurnWorkflow]
    return Replayer(workflows=ours, data_converter=CONVERTER, workflow_runner=RUNNER)


def test_every_way_a_push_or_plan_can_go_is_recorded():
    names = {path.stem.removeprefix(f"{VERSION}-").rstrip("-0123456789") for path in HISTORIES}

    assert {*WAYS, *ON_SHORT_HISTORIES} == names


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_run_is_replayed(path):
    await replayer().replay_workflow(history(path))


async def test_a_changed_workflow_is_noticed(monkeypatch):
    async def two_looks(story, *arguments, **more):
        await once(story, *arguments, **more)
        return await once(story, *arguments, **more)

    once = poll.ask
    monkeypatch.setattr(poll, "ask", two_looks)
    path = next(path for path in HISTORIES if path.stem == f"{VERSION}-success")

    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history(path))


async def test_a_changed_plan_is_noticed(monkeypatch):
    async def asked_twice(*arguments):
        await once(*arguments)
        return await once(*arguments)

    once = plan_workflow.ask_for
    monkeypatch.setattr(plan_workflow, "ask_for", asked_twice)
    path = next(path for path in HISTORIES if path.stem == f"{VERSION}-plan-done")

    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history(path))


def test_histories_are_small_and_say_nothing_of_this_machine():
    texts = [path.read_text() for path in HISTORIES]

    assert sum(map(len, texts)) < 1_150_000
    assert not any("@" in text for text in texts)
