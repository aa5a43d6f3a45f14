"""`retry --status ...` for many pushes at once, and `bulk`, which watches and steers it."""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from temporalio.service import RPCError

from codat import PushStatus
from commands.exit_codes import INTERRUPTED, NO_TEMPORAL, STARTED, WRONG_INPUT, CommandError
from commands.list_pushes import find
from commands.output import print_json, print_note, print_result, printable
from commands.push import Json
from commands.push_status import reach_temporal
from dispatch.bulk import MAX_PUSHES, Bulk, Wish, start_bulk
from dispatch.bulk_plan import BulkPlan, make_plan
from dispatch.payloads.converter import to_plain
from dispatch.selection import Selection
from workflows.bulk import BulkReport

_LOOK_EVERY = 1.0
_ENDED = ("done", "stopped", "terminated", "canceled", "failed", "timed out")


async def retry_many(
    selection: Selection, message: str | None, reason: str | None, *, gap: float, go: bool
) -> int:
    """Print the plan of a bulk of retries, and begin it with `go`."""
    running = {PushStatus.PENDING, PushStatus.SUCCESS} & set(selection.statuses)
    if running:
        raise CommandError(
            f"--status {running.pop().value}: there is nothing to retry.", WRONG_INPUT
        )
    listing = await find(selection)
    if listing.is_cut or len(listing.pushes) > MAX_PUSHES:
        raise CommandError(
            f"More than {MAX_PUSHES} pushes match: narrow it, for example with --since.",
            WRONG_INPUT,
        )
    client = await reach_temporal()
    plan = await make_plan(client, listing.pushes, message)
    _tell(plan, gap)
    if not plan.safe or plan.planned is None:
        print_result("Nothing can be retried without a person.")
        return STARTED
    if not go:
        print_result("Nothing was done. Begin with the same command and --go instead of --plan.")
        return STARTED
    pushes = [one.push_id for one in plan.safe]
    bulk = await start_bulk(client, pushes, plan.planned, gap=gap, reason=reason)
    print_result(f"bulk {bulk.bulk_id} has begun")
    print_note(f"Watch it: python starter.py bulk {bulk.bulk_id} --wait")
    return STARTED


def bulk(  # noqa: PLR0913, the options of the command
    bulk_id: Annotated[str, typer.Argument(metavar="BULK_ID", help="As `retry --go` printed it.")],
    *,
    pause: Annotated[bool, typer.Option("--pause", help="Begin no further step.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End it; what was retried goes on.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Watch it to its end.")] = False,
    as_json: Json = False,
) -> int:
    """Watch a bulk of retries, or pause, resume or stop it; it goes on without you.

    Example: python starter.py bulk 1f0c22ab --pause
    """
    given: dict[Wish, bool] = {"pause": pause, "resume": resume, "stop": stop}
    wishes: list[Wish] = [wish for wish, is_wanted in given.items() if is_wanted]
    if len(wishes) > 1:
        message = "--pause, --resume and --stop contradict each other: give one."
        raise CommandError(message, WRONG_INPUT)
    if not bulk_id.isalnum():
        raise CommandError("BULK_ID must be as `retry --go` printed it.", WRONG_INPUT)
    try:
        return asyncio.run(_bulk(bulk_id, wishes, wait=wait, as_json=as_json))
    except KeyboardInterrupt:
        print_note(f"Interrupted; the bulk goes on. See it: python starter.py bulk {bulk_id}")
        return INTERRUPTED


async def _bulk(bulk_id: str, wishes: list[Wish], *, wait: bool, as_json: bool) -> int:
    found = Bulk(await reach_temporal(), bulk_id)
    for wish in wishes:
        await found.steer(wish)
    report = await _report(found)
    while wait and report.state not in _ENDED:
        print_note(f"{report.state}: {report.done} of {report.total}")
        await asyncio.sleep(_LOOK_EVERY)
        report = await _report(found)
    if as_json:
        told = to_plain(report)
        print_json({"bulkId": bulk_id, **(told if isinstance(told, dict) else {})})
        return STARTED
    print_result(f"{report.state}: {report.done} of {report.total} pushes")
    if report.waits_until:
        print_result(f"it waits until {report.waits_until:%Y-%m-%d %H:%M} UTC")
    for word, pushes in report.results.items():
        print_result(f"  {len(pushes)} {word}")
    print_result(f"each push: python starter.py bulk {bulk_id} --json")
    return STARTED


async def _report(found: Bulk) -> BulkReport:
    try:
        async with asyncio.timeout(20):
            return await found.report()
    except (TimeoutError, RPCError):
        message = "No worker answers; a bulk that is under way goes on with one."
        raise CommandError(message, NO_TEMPORAL) from None


def _tell(plan: BulkPlan, gap: float) -> None:
    table = Table()
    table.add_column("What went wrong", overflow="fold")
    for name in ("Pushes", "Safe", "Need a person"):
        table.add_column(name, justify="right")
    table.add_column("For example", no_wrap=True, min_width=36)
    for cause in plan.causes:
        counts = (len(cause.pushes), len(cause.safe), len(cause.unclear))
        example = str(cause.pushes[0].push_id)
        table.add_row(Text(printable(cause.message)), *(str(one) for one in counts), example)
    if plan.causes:
        Console(width=None if sys.stdout.isatty() else 160).print(table)
    minutes = len(plan.safe) * gap / 60
    print_result(
        f"{len(plan.safe)} are safe to retry: about {plan.requests} requests and "
        f"{minutes:.1f} minutes."
    )
    if plan.unclear:
        print_result(
            f"{len(plan.unclear)} need a person, who looks into the accounting software: they are "
            "left alone. Each: python starter.py show PUSH_ID"
        )
