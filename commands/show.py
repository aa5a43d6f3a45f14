"""`show`: one push told from its request to where it stands."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from activities.candidate_records import CandidateRecord
from codat.exact_json import dumps
from codat.models import PushStatus
from commands.candidates import candidates_of, say_candidates
from commands.exit_codes import STARTED
from commands.inputs import read_push_id
from commands.output import print_json, print_result
from commands.push import Json
from commands.push_status import (
    COLOURS,
    fetch_status,
    next_command,
    reach_temporal,
    tell_changes,
)
from commands.status import PushId
from dispatch.pushes import find_push
from dispatch.timeline.build import build_timeline
from dispatch.timeline.external_events import TASK_FAILED
from dispatch.timeline.redaction import redacted
from dispatch.timeline.timeline import Timeline, TimelineEvent
from surepush_client.payloads import to_plain
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
    timeline = await build_timeline(push)
    current = timeline.outcome or (await fetch_status(push) if timeline.is_running else None)
    # What a record may be is told by its values, so a redacted push shows nothing of it.
    candidates = [] if redact else await candidates_of(timeline)
    if redact:
        timeline = redacted(timeline)
        current = timeline.outcome or current
    if as_json:
        print_json(_document(timeline, current, candidates))
    else:
        _say(timeline, current, candidates)
    return STARTED


def _say(
    timeline: Timeline,
    current: PushOutcome | PushProgress | None,
    candidates: Sequence[CandidateRecord],
) -> None:
    print_result(f"push {timeline.push_id}", style="bold")
    if timeline.request:
        asked = timeline.request
        print_result(f"  company {asked.company_id}, connection {asked.connection_id}")
        print_result(f"  {asked.kind_path} {asked.data_type}, key {asked.idempotency_key}")
        if asked.push_kind.carries_record:
            print_result(f"  the record: {dumps(timeline.data)}")
        if asked.file:
            print_result(f"  the file: {dumps(asked.file.facts)}")
    if timeline.unreadable:
        print_result(
            f"  {timeline.unreadable} of its runs are gone from the namespace.", style="yellow"
        )
    run = 0
    for event in timeline.moments:
        if event.run != run:
            run = event.run
            print_result(f"\nrun {run}, {event.at:%Y-%m-%d} (UTC)", style="bold")
        _say_moment(event)
    say_candidates(candidates)
    _say_end(timeline, current)


def _say_moment(event: TimelineEvent) -> None:
    often = _often(event)
    took = "" if event.seconds is None else f", {event.seconds:.2f} s"
    who = f" [{event.who}]" if event.who else ""
    print_result(f"  {event.at:%H:%M:%S}  {event.what}{often}{took}{who}")
    if event.why:
        print_result(f"            safe, because {event.why}", style="green")
    for text in event.said:
        print_result(f"            {text}")


def _say_end(timeline: Timeline, current: PushOutcome | PushProgress | None) -> None:
    if isinstance(current, PushOutcome):
        print_result(
            f"\n{current.status.value}: {current.message}", style=COLOURS.get(current.status)
        )
        tell_changes(current)
        advice = next_command(current, timeline.push_id)
        if advice:
            print_result(f"next: {advice}")
    elif current:
        print_result(f"\n{PushStatus.PENDING.value}: {current.message}")
        if timeline.moments[-1].what == TASK_FAILED and timeline.moments[-1].times > 1:
            print_result(
                "next: deploy the version that worked, or a mended one; the push then goes on."
            )
            return
        if current.waiting_for and current.next_look_utc:
            print_result(f"It waits until {current.next_look_utc:%H:%M:%S}: {current.waiting_for}")
        print_result(f"next: python starter.py wait {timeline.push_id}")


def _document(
    timeline: Timeline,
    current: PushOutcome | PushProgress | None,
    candidates: Sequence[CandidateRecord],
) -> dict[str, Any]:
    outcome = current if isinstance(current, PushOutcome) else None
    return {
        "pushId": str(timeline.push_id),
        "status": (outcome.status if outcome else PushStatus.PENDING).value,
        "requests": to_plain(list(timeline.requests.values())),
        "moments": [to_plain(asdict(event)) for event in timeline.moments],
        "outcome" if outcome else "progress": to_plain(current),
        **({"candidateRecords": to_plain(candidates)} if candidates else {}),
        "next": next_command(outcome, timeline.push_id) if outcome else "",
    }


def _often(event: TimelineEvent) -> str:
    until = f", until {event.until:%H:%M:%S}" if event.until else ""
    return f" ({event.times} times{until})" if event.times > 1 else ""
