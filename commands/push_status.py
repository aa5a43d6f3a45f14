"""How a push stands, asked of Temporal and told to a person or a program."""

import asyncio
from typing import Any
from uuid import UUID

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from activities.paused_runs import is_paused
from activities.wire import Finding
from codat.models import PushStatus
from commands.exit_codes import (
    FAILED,
    NO_TEMPORAL,
    STARTED,
    TIMED_OUT,
    UNKNOWN,
    CommandError,
)
from commands.output import print_json, print_result
from dispatch.connection import TemporalUnreachable, connect
from dispatch.pushes import Push
from dispatch.timeline.timeline import remarks
from surepush_client.payloads import to_plain
from workflows.details import advice_on
from workflows.models import ENDED, PushOutcome, PushProgress

_CONNECT_WITHIN = 10.0
_ANSWER_WITHIN = 3.0
EXIT_CODES = {
    PushStatus.PENDING: STARTED,
    PushStatus.SUCCESS: STARTED,
    PushStatus.FAILED: FAILED,
    PushStatus.TIMED_OUT: TIMED_OUT,
    PushStatus.UNKNOWN: UNKNOWN,
}
"""The exit code of a push that was waited for or looked at."""

COLOURS = {
    PushStatus.SUCCESS: "green",
    PushStatus.FAILED: "red",
    PushStatus.TIMED_OUT: "yellow",
    PushStatus.UNKNOWN: "magenta",
}


async def reach_temporal() -> Client:
    """Connect within ten seconds; else CommandError."""
    try:
        async with asyncio.timeout(_CONNECT_WITHIN):
            return await connect()
    except TimeoutError:
        message = "Temporal did not answer within 10 s; is TEMPORAL_ADDRESS right?"
    except TemporalUnreachable as error:
        message = str(error)
    raise CommandError(message, NO_TEMPORAL)


async def fetch_status(push: Push) -> PushOutcome | PushProgress:
    """Give the outcome of a push that is over, the progress of one that is not."""
    description = await push.describe()
    if description.status is not WorkflowExecutionStatus.RUNNING:
        return await push.outcome()
    if is_paused(description):
        return PushProgress(
            stage="paused",
            message="An operator paused it in Temporal; it goes on when it is unpaused there.",
        )
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            progress = await push.progress()
    except (RPCError, TimeoutError):
        progress = PushProgress(
            stage="waiting", message="The push goes on as soon as a worker answers."
        )
    if progress and progress.stage == ENDED:
        return await push.outcome()
    return progress or PushProgress(stage="start", message="The push was accepted.")


def status_of(current: PushOutcome | PushProgress) -> PushStatus:
    """Give the status; a push under way is Pending."""
    return current.status if isinstance(current, PushOutcome) else PushStatus.PENDING


def exit_code_of(current: PushOutcome | PushProgress) -> int:
    """Give the exit code that tells how a push stands."""
    return EXIT_CODES[status_of(current)]


def print_status(push: Push, current: PushOutcome | PushProgress, *, as_json: bool) -> None:
    """Print how a push stands."""
    if as_json:
        print_json(document_of(push, current))
        return
    status = status_of(current)
    print_result(f"{status.value}: {current.message}", style=COLOURS.get(status))
    print_result(f"push {push.push_id}, workflow {push.workflow_id}")
    if current.push_operation_key:
        print_result(f"operation {current.push_operation_key}")
    if isinstance(current, PushProgress):
        _tell_remarks("warning", current.warnings)
    else:
        _tell_findings(current)
        advice = next_command(current, push.push_id)
        if advice:
            print_result(f"next: {advice}")


def _tell_findings(outcome: PushOutcome) -> None:
    for record in outcome.records:
        print_result(f"  {record.change} {record.data_type} {record.id or ''}")
    _tell_remarks("error", outcome.errors)
    _tell_remarks("warning", outcome.warnings)
    tell_changes(outcome)
    for candidate in outcome.candidates:
        print_result(f"  might be operation {candidate.push_operation_key}, {candidate.status}")


def tell_changes(outcome: PushOutcome) -> None:
    """Print what the platform changed of the record, where that was read."""
    for field in outcome.changed_by_platform or ():
        print_result(f"  changed {field.sentence}")


def _tell_remarks(name: str, findings: list[Finding]) -> None:
    for text in remarks(findings):
        print_result(f"  {name}: {text}")


def next_command(outcome: PushOutcome, push_id: UUID) -> str:
    """Say what a person can do about an ending; empty when nothing is to be done."""
    return advice_on(outcome, str(push_id)).replace("`", "")


def document_of(push: Push, current: PushOutcome | PushProgress) -> dict[str, Any]:
    """Say how a push stands, for a program."""
    document = to_plain(current)
    is_over = isinstance(current, PushOutcome)
    advice = next_command(current, push.push_id) if is_over else ""
    return {
        "pushId": str(push.push_id),
        "workflowId": push.workflow_id,
        "status": status_of(current).value,
        **(document if isinstance(document, dict) else {}),
        **({"next": advice} if advice else {}),
    }
