"""Replays histories of a simulation with the SDK's own Replayer: the real core agrees, or not."""

import logging
from collections.abc import Iterable
from uuid import UUID

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from dispatch.payloads.converter import CONVERTER
from simulation.runner import History
from simulation.world import WORKFLOWS

SAMPLED = 100
"""One of so many histories is replayed in each run of many seeds."""


def sample(histories: Iterable[History]) -> list[History]:
    """Draw the histories to be replayed, by the ids of their runs: the same for the same seed."""
    return [history for history in histories if UUID(history.run_id).int % SAMPLED == 0]


async def disagreements(histories: Iterable[History]) -> list[str]:
    """Give the histories that the SDK replays otherwise, and why."""
    replayer = Replayer(
        workflows=WORKFLOWS,
        data_converter=CONVERTER,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    found: list[str] = []
    logging.disable(logging.CRITICAL)
    try:
        for history in histories:
            replayed = WorkflowHistory(history.workflow_id, history.events)
            result = await replayer.replay_workflow(replayed, raise_on_replay_failure=False)
            if result.replay_failure:
                found.append(f"{history.workflow_id} {history.run_id}: {result.replay_failure}")
    finally:
        logging.disable(logging.NOTSET)
    return found
