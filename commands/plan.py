"""`plan`: start, check, watch and steer pushes that depend on each other."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any
from uuid import UUID

import typer
from temporalio.service import RPCError

from codat.client import CodatClient
from codat.settings import load_settings
from codat.validation.cache import OptionsCache
from commands.exit_codes import (
    FAILED,
    INTERRUPTED,
    NO_TEMPORAL,
    STARTED,
    WRONG_INPUT,
    CommandError,
)
from commands.output import print_json, print_note, print_result
from commands.plan_input import read_plan_file
from commands.plan_report import counts_of, print_report, troubles_of
from commands.push import Json
from commands.push_status import reach_temporal
from dispatch.plan_check import PlanCheck, check_plan
from dispatch.plans import PlanKeyConflict, PlanTooLarge, PlanWish, StartedPlan, start_plan
from surepush_client.payloads import to_plain
from workflows.plan.models import SUCCEEDED, PlanReport, PlanRequest

_LOOK_EVERY = 1.0
_ANSWER_WITHIN = 20

File = Annotated[
    str, typer.Argument(metavar="FILE", help="JSON, or a head and then a step a line; - is stdin.")
]
PlanId = Annotated[str, typer.Argument(metavar="PLAN_ID", help="As `plan start` printed it.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for its end; Ctrl-C ends the wait only.")]
Check = Annotated[bool, typer.Option("--check", help="Only check it, as `plan check` does.")]


def start(file: File, *, check: Check = False, wait: Wait = False, as_json: Json = False) -> int:
    """Start a plan, or join it. Run it again as often as you like.

    Example: python starter.py plan start order.json --wait
    """
    plan = read_plan_file(file)
    if check:
        return asyncio.run(_check(plan, as_json=as_json))
    return _until_interrupted(plan.plan_id, _start(plan, wait=wait, as_json=as_json))


def check(file: File, *, as_json: Json = False) -> int:
    """Check every step against the accounting software's rules. Sends nothing.

    Example: python starter.py plan check order.json
    """
    return asyncio.run(_check(read_plan_file(file), as_json=as_json))


def show(plan_id: PlanId, *, wait: Wait = False, as_json: Json = False) -> int:
    """Show where each step stands.

    Example: python starter.py plan show PLAN_ID --wait
    """
    return _steer(plan_id, None, wait=wait, as_json=as_json)


def hold(plan_id: PlanId, *, as_json: Json = False) -> int:
    """Start no further step. Pushes under way go on.

    Example: python starter.py plan hold PLAN_ID
    """
    return _steer(plan_id, "hold", as_json=as_json)


def go_on(plan_id: PlanId, *, wait: Wait = False, as_json: Json = False) -> int:
    """Let a plan go on that was held, or that ended before all steps succeeded.

    Example: python starter.py plan continue PLAN_ID
    """
    return _steer(plan_id, "continue", wait=wait, as_json=as_json)


def cancel(plan_id: PlanId, *, wait: Wait = False, as_json: Json = False) -> int:
    """Cancel a plan. What was not sent never is.

    Example: python starter.py plan cancel PLAN_ID
    """
    return _steer(plan_id, "cancel", wait=wait, as_json=as_json)


def build_plan() -> typer.Typer:
    """Put the commands of `plan` together."""
    plan = typer.Typer()
    for name, command in (
        ("start", start),
        ("check", check),
        ("show", show),
        ("hold", hold),
        ("continue", go_on),
        ("cancel", cancel),
    ):
        plan.command(name)(command)
    return plan


async def _start(plan: PlanRequest, *, wait: bool, as_json: bool) -> int:
    try:
        started = await start_plan(await reach_temporal(), plan)
    except (PlanKeyConflict, PlanTooLarge) as error:
        raise CommandError(str(error), WRONG_INPUT) from None
    if not as_json:
        words = "has started" if started.is_new else "was started before"
        print_result(f"plan {plan.plan_id} {words}: {len(plan.steps)} steps")
    if wait or as_json:
        return await _follow(started, wait=wait, as_json=as_json)
    print_note(f"Watch it: python starter.py plan show {plan.plan_id} --wait")
    return STARTED


def _steer(text: str, wish: PlanWish | None, *, wait: bool = False, as_json: bool = False) -> int:
    try:
        plan_id = UUID(text.removeprefix("plan-"))
    except ValueError:
        message = f"PLAN_ID must be a UUID, as `plan start` prints it, not {text[:60]!r}."
        raise CommandError(message, WRONG_INPUT) from None

    async def steer() -> int:
        plan = StartedPlan(await reach_temporal(), plan_id)
        if wish:
            await plan.steer(wish)
        return await _follow(plan, wait=wait, as_json=as_json)

    return _until_interrupted(plan_id, steer())


def _until_interrupted(plan_id: UUID, work: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        print_note(
            f"Interrupted; once started, the plan goes on. See it: python starter.py plan show "
            f"{plan_id}"
        )
        return INTERRUPTED


async def _follow(plan: StartedPlan, *, wait: bool, as_json: bool) -> int:
    report, shown = await _report(plan), ""
    while wait and not report.is_over:
        lines = "\n".join([counts_of(report), *troubles_of(report)])
        if lines != shown:
            print_note(lines)
            shown = lines
        await asyncio.sleep(_LOOK_EVERY)
        report = await _report(plan)
    if as_json:
        document = to_plain(report)
        print_json({**(document if isinstance(document, dict) else {})})
    else:
        print_report(report)
    return FAILED if report.is_over and report.state != SUCCEEDED else STARTED


async def _report(plan: StartedPlan) -> PlanReport:
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            return await plan.report()
    except (TimeoutError, RPCError):
        message = "No worker answers; a plan that is under way goes on with one."
        raise CommandError(message, NO_TEMPORAL) from None


async def _check(plan: PlanRequest, *, as_json: bool) -> int:
    settings = load_settings()
    async with CodatClient(settings) as codat:
        found = await check_plan(plan, OptionsCache(codat).get, settings.requests_per_minute)
    if as_json:
        print_json(_document(found))
    else:
        _print_check(plan, found)
    return FAILED if found.errors else STARTED


def _print_check(plan: PlanRequest, found: PlanCheck) -> None:
    for word, findings in (("error", found.errors), ("warning", found.warnings)):
        for finding in findings:
            print_result(f"{word}: {finding.pointer}: {finding.message}")
    print_result(f"{_count(len(found.errors), 'error')}, {_count(len(found.warnings), 'warning')}")
    print_result(
        f"{_count(len(plan.steps), 'step')} in {_count(found.layers, 'layer')}: about "
        f"{_count(found.requests, 'request')}, {_count(found.minutes, 'minute')} and "
        f"{_count(found.actions, 'billed action')}. Nothing was sent."
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _document(found: PlanCheck) -> dict[str, object]:
    return {
        "errors": to_plain(found.errors),
        "warnings": to_plain(found.warnings),
        "layers": found.layers,
        "requests": found.requests,
        "minutes": found.minutes,
        "billedActions": found.actions,
    }
