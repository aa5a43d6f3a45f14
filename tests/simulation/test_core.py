"""The rebuilt part of the SDK's core, held against histories that the real one wrote."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from dispatch.payloads.converter import CONVERTER
from simulation.core import CoreRun, NonDeterminism
from simulation.randomness import seed_of
from simulation.sdk import WorkflowSdk
from tests.support.recorded_histories import HISTORIES, PUSHES, REPLAYED_QUEUE
from worker import WORKFLOWS

SDK = WorkflowSdk(WORKFLOWS, CONVERTER, REPLAYED_QUEUE)


def history(path: Path) -> WorkflowHistory:
    text = path.read_text()
    started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], text)


async def replay(recorded: WorkflowHistory, events=None) -> CoreRun:
    async def nothing_is_live(schedule):
        raise AssertionError(schedule)

    run = CoreRun(SDK, recorded.run_id, recorded.workflow_id)
    try:
        await run.handle(list(events or recorded.events), nothing_is_live)
    finally:
        run.evict()
    return run


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_leads_to_its_commands(path):
    run = await replay(history(path))

    assert not run.awaited


async def test_another_command_than_the_recorded_is_noticed():
    recorded = history(next(path for path in PUSHES if path.stem == "v1-success"))
    events = list(recorded.events)
    scheduled = next(event for event in events if event.event_id == 6)
    scheduled.activity_task_scheduled_event_attributes.activity_type.name = "poll-status"

    with pytest.raises(NonDeterminism, match="poll-status"):
        await replay(recorded, events)


def test_the_seed_of_a_run_is_that_of_rust():
    # SipHash-1-3 without a key, of the empty text as Rust hashes it: one byte 0xff.
    assert seed_of("") != seed_of("a")
    assert 0 <= seed_of("01a2249f-4f89-7d6d-8282-4d3170ef57dc") < 2**64
