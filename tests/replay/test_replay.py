"""Recorded histories, replayed by today's workflow: what runs now goes on after a deploy.

`python -m tests.support.record_histories` records them.
"""

import functools
import json
from pathlib import Path

import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payloads
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from dispatch.converter import CONVERTER
from dispatch.sandbox import RUNNER
from tests.support.house import a_request
from workflows import poll
from workflows.push import PushWorkflow

HISTORIES = sorted(Path(__file__).with_name("histories").glob("*.json"))

WAYS = {
    "adopted",
    "cancelled",
    "continued",
    "failed",
    "hinted",
    "lost",
    "not-fit",
    "refused",
    "reset",
    "retried",
    "success",
    "synchronous",
    "throttled",
    "timed-out",
    "unknown",
}


def history(path: Path) -> WorkflowHistory:
    text = path.read_text()
    started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], text)


def replayer() -> Replayer:
    return Replayer(workflows=[PushWorkflow], data_converter=CONVERTER, workflow_runner=RUNNER)


CHANGED = {"v3": {"adopted", "ruled-out", "unknown"}, "v4": {"doubted", "grown", "unasked"}}
"""What took other steps from then on."""


@pytest.mark.parametrize(("version", "ways"), [("v1", WAYS), ("v2", WAYS), *CHANGED.items()])
def test_every_way_a_push_can_go_is_recorded(version, ways):
    names = [path.stem for path in HISTORIES if path.stem.startswith(version)]
    assert ways == {name.removeprefix(f"{version}-").rstrip("-0123456789") for name in names}


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_push_is_replayed(path):
    await replayer().replay_workflow(history(path))


@pytest.mark.parametrize(
    "beyond",
    [
        {"data": functools.reduce(lambda inner, _: {"a": inner}, range(200), 1)},
        {"data_type": f"bankAccounts/{'x' * 300}/bankTransactions"},
    ],
    ids=["nested", "long"],
)
async def test_a_push_that_began_beyond_a_later_bound_goes_on(beyond):
    path = next(path for path in HISTORIES if path.stem == "v2-success")
    recorded = json.loads(path.read_text())
    begun = recorded["events"][0]["workflowExecutionStartedEventAttributes"]["input"]
    request = a_request().model_copy(update=beyond)
    begun["payloads"] = json_format.MessageToDict(
        Payloads(payloads=await CONVERTER.encode([request]))
    )["payloads"]

    await replayer().replay_workflow(
        WorkflowHistory.from_json(request.workflow_id, json.dumps(recorded))
    )


async def test_a_changed_workflow_is_noticed(monkeypatch):
    async def two_looks(story, *arguments, **more):
        await once(story, *arguments, **more)
        return await once(story, *arguments, **more)

    once = poll.ask
    monkeypatch.setattr(poll, "ask", two_looks)
    path = next(path for path in HISTORIES if path.stem == "v2-success")

    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history(path))


def test_histories_are_small_and_say_nothing_of_this_machine():
    texts = [path.read_text() for path in HISTORIES]

    assert sum(map(len, texts)) < 1_100_000
    assert not any("@" in text for text in texts)
