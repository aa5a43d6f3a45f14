"""`show`: one push told from its request to where it stands."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from codat.exact_json import dumps
from codat.models import PushStatus
from commands.exit_codes import STARTED
from commands.inputs import read_push_id
from commands.output import print_json, print_result
from commands.push import Json
from commands.push_status import COLOURS, fetch_status, next_command, reach_temporal
from commands.status import PushId
from dispatch.payloads.converter import to_plain
from dispatch.pushes import find_push
from dispatch.timeline.build import build_timeline
from dispatch.timeline.external_events import TASK_FAILED
from dispatch.timeline.redaction import redacted
from dispatch.timeline.timeline import Timeline, TimelineEvent
from workflows.models import PushOutcome, PushProgress


def show(
    push_id: PushId,
    *,
    redact: Annotated[
        bool, typer.Option("--redact", help="Without what is in the record, to pass it on.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Show a push's full history.

    It tells who did what, and why each send was safe.

    Example: python starter.py show PUSH_ID --redact
    """
    return asyncio.run(_show(read_push_id(push_id), redact=redact, as_json=as_json))


async def _show(push_id: UUID, *, redact: bool, as_json: bool) -> int:
    push = await find_push(await reach_temporal(), push_id)
    told = await build_timeline(push)
    current = told.outcome or (await fetch_status(push) if told.is_running else None)
    if redact:
        told = redacted(told)
        current = told.outcome or current
    if as_json:
        print_json(_document(told, current))
    else:
        _say(told, current)
    return STARTED


def _say(told: Timeline, current: PushOutcome | PushProgress | None) -> None:
    print_result(f"push {told.push_id}", style="bold")
    if told.request:
        asked = told.request
        print_result(f"  company {asked.company_id}, connection {asked.connection_id}")
        print_result(f"  {asked.kind} {asked.data_type}, key {asked.idempotency_key}")
        print_result(f"  the record: {dumps(told.data)}")
    if told.unreadable:
        print_result(
            f"  {told.unreadable} of its runs are gone from the namespace.", style="yellow"
        )
    run = 0
    for one in told.moments:
        if one.run != run:
            run = one.run
            print_result(f"\nrun {run}, {one.at:%Y-%m-%d} (UTC)", style="bold")
        _say_moment(one)
    _say_end(told, current)


def _say_moment(one: TimelineEvent) -> None:
    often = _often(one)
    print_result(f"  {one.at:%H:%M:%S}  {one.what}{often}{f' [{one.who}]' if one.who else ''}")
    if one.why:
        print_result(f"            safe, because {one.why}", style="green")
    for text in one.said:
        print_result(f"            {text}")


def _say_end(told: Timeline, current: PushOutcome | PushProgress | None) -> None:
    if isinstance(current, PushOutcome):
        print_result(
            f"\n{current.status.value}: {current.message}", style=COLOURS.get(current.status)
        )
        advice = next_command(current, told.push_id)
        if advice:
            print_result(f"next: {advice}")
    elif current:
        print_result(f"\n{PushStatus.PENDING.value}: {current.message}")
        if told.moments[-1].what == TASK_FAILED and told.moments[-1].times > 1:
            print_result(
                "next: deploy the version that worked, or a mended one; the push then goes on."
            )
            return
        if current.waiting_for and current.next_look_utc:
            print_result(f"It waits until {current.next_look_utc:%H:%M:%S}: {current.waiting_for}")
        print_result(f"next: python starter.py wait {told.push_id}")


def _document(told: Timeline, current: PushOutcome | PushProgress | None) -> dict[str, Any]:
    outcome = current if isinstance(current, PushOutcome) else None
    return {
        "pushId": str(told.push_id),
        "status": (outcome.status if outcome else PushStatus.PENDING).value,
        "requests": to_plain(list(told.requests.values())),
        "moments": [to_plain(asdict(one)) for one in told.moments],
        "outcome" if outcome else "progress": to_plain(current),
        "next": next_command(outcome, told.push_id) if outcome else "",
    }


def _often(one: TimelineEvent) -> str:
    until = f", until {one.until:%H:%M:%S}" if one.until else ""
    return f" ({one.times} times{until})" if one.times > 1 else ""
