"""`bulk`: plan, start, watch and steer the retry of many pushes."""

import asyncio
from typing import Annotated

import typer
from temporalio.service import RPCError

from commands.bulk_start import plan, start
from commands.exit_codes import INTERRUPTED, NO_TEMPORAL, STARTED, WRONG_INPUT, CommandError
from commands.output import print_json, print_note, print_result
from commands.push import Json
from commands.push_status import reach_temporal
from dispatch.bulk import Bulk, Wish
from surepush_client.payloads import to_plain
from workflows.bulk import BulkReport

_LOOK_EVERY = 1.0
_ENDED = ("done", "stopped", "terminated", "canceled", "failed", "timed out")

BulkId = Annotated[str, typer.Argument(metavar="BULK_ID", help="As `bulk start` printed it.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for its end.")]


def show(bulk_id: BulkId, *, wait: Wait = False, as_json: Json = False) -> int:
    """Show how far a bulk retry is. It runs without you.

    Example: python starter.py bulk show 1f0c22ab --wait
    """
    return _run(bulk_id, None, wait=wait, as_json=as_json)


def pause(bulk_id: BulkId, *, wait: Wait = False, as_json: Json = False) -> int:
    """Pause a bulk retry. The push that is being retried goes on.

    Example: python starter.py bulk pause 1f0c22ab
    """
    return _run(bulk_id, "pause", wait=wait, as_json=as_json)


def resume(bulk_id: BulkId, *, wait: Wait = False, as_json: Json = False) -> int:
    """Resume a paused bulk retry.

    Example: python starter.py bulk resume 1f0c22ab
    """
    return _run(bulk_id, "resume", wait=wait, as_json=as_json)


def stop(bulk_id: BulkId, *, wait: Wait = False, as_json: Json = False) -> int:
    """Stop a bulk retry for good. Pushes that were retried go on.

    Example: python starter.py bulk stop 1f0c22ab
    """
    return _run(bulk_id, "stop", wait=wait, as_json=as_json)


def build_bulk() -> typer.Typer:
    """Put the commands of `bulk` together."""
    bulk = typer.Typer()
    for command in (plan, start, show, pause, resume, stop):
        bulk.command()(command)
    return bulk


def _run(bulk_id: str, wish: Wish | None, *, wait: bool, as_json: bool) -> int:
    if not bulk_id.isalnum():
        raise CommandError("BULK_ID must be as `bulk start` printed it.", WRONG_INPUT)
    try:
        return asyncio.run(_bulk(bulk_id, wish, wait=wait, as_json=as_json))
    except KeyboardInterrupt:
        print_note(f"Interrupted; the bulk goes on. See it: python starter.py bulk show {bulk_id}")
        return INTERRUPTED


async def _bulk(bulk_id: str, wish: Wish | None, *, wait: bool, as_json: bool) -> int:
    found = Bulk(await reach_temporal(), bulk_id)
    if wish:
        await found.steer(wish)
    report = await _report(found)
    while wait and report.state not in _ENDED:
        print_note(f"{report.state}: {report.done} of {report.total}")
        await asyncio.sleep(_LOOK_EVERY)
        report = await _report(found)
    if as_json:
        document = to_plain(report)
        print_json({"bulkId": bulk_id, **(document if isinstance(document, dict) else {})})
    else:
        _print_report(bulk_id, report)
    return STARTED


def _print_report(bulk_id: str, report: BulkReport) -> None:
    print_result(f"{report.state}: {report.done} of {report.total} pushes")
    if report.waits_until:
        print_result(f"It waits until {report.waits_until:%Y-%m-%d %H:%M} UTC.")
    for result, pushes in report.results.items():
        print_result(f"  {len(pushes)} {result}")
    print_result(f"Each push: python starter.py bulk show {bulk_id} --json")


async def _report(found: Bulk) -> BulkReport:
    try:
        async with asyncio.timeout(20):
            return await found.report()
    except (TimeoutError, RPCError):
        message = "No worker answers; a bulk that is under way goes on with one."
        raise CommandError(message, NO_TEMPORAL) from None
