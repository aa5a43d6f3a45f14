"""What a plan would meet and cost: each record checked by live options; nothing is sent."""

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass

from activities.bulk import REQUESTS_EACH
from activities.verdicts import Get, judged
from activities.wire import Finding
from codat.models import Problem
from codat.validation.cache import CachedOptions
from codat.validation.pointers import pointer
from workflows.models import PushRequest, Validation
from workflows.plan.check import with_placeholders
from workflows.plan.graph import dependencies, layers
from workflows.plan.models import PlanRequest, PlanStep
from workflows.plan.progress import MAX_STARTS
from workflows.plan.references import references_in

ACTIONS_OF_A_PUSH = 7
"""Billed actions of a push that is looked at once (docs/scaling.md)."""

SECONDS_OF_A_PUSH = 6
"""From its start to its first look, about."""

_AT_ONCE = 5


@dataclass(frozen=True)
class PlanCheck:
    """What was found. `errors` would fail a step; the costs are estimates, for no failures."""

    errors: list[Finding]
    warnings: list[Finding]
    requests: int
    minutes: int
    actions: int
    layers: int


async def check_plan(
    plan: PlanRequest, options: Get[CachedOptions], requests_per_minute: int
) -> PlanCheck:
    """Check every step. Raises: CodatError when options can't be had."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def check(index: int, step: PlanStep) -> list[Problem]:
        async with gate:
            return await _problems(plan, step, ("steps", index), options)

    checks = (check(index, step) for index, step in enumerate(plan.steps))
    found = [problem for some in await asyncio.gather(*checks) for problem in some]
    ordered = layers(dependencies(plan))
    requests = REQUESTS_EACH * len(plan.steps)
    seconds = max(SECONDS_OF_A_PUSH * len(ordered), requests * 60 / requests_per_minute)
    return PlanCheck(
        errors=[_finding(problem) for problem in found if problem.severity == "error"],
        warnings=[_finding(problem) for problem in found if problem.severity == "warning"],
        requests=requests,
        minutes=math.ceil(seconds / 60),
        actions=ACTIONS_OF_A_PUSH * len(plan.steps) + plan_actions(plan),
        layers=len(ordered),
    )


def plan_actions(plan: PlanRequest) -> int:
    """Count what the plan itself is billed: its start, each end, and what starts the steps."""
    # At worst each step is started alone; a layer that starts at once needs fewer.
    batches = sum(math.ceil(len(layer) / MAX_STARTS) for layer in layers(dependencies(plan)))
    return 1 + len(plan.steps) + batches


async def _problems(
    plan: PlanRequest, step: PlanStep, path: tuple[str | int, ...], options: Get[CachedOptions]
) -> list[Problem]:
    request = PushRequest.model_validate(with_placeholders(plan.fields_of(step)))
    if request.validation is Validation.OFF:
        return []
    is_update = request.record_id is not None
    _, problems = await judged(options, request.target, request.data, update=is_update)
    own = step.push.get("data", {})
    return [
        problem.model_copy(update={"pointer": f"{pointer((*path, 'data'))}{problem.pointer}"})
        for problem in _of_known_values(problems, own)
    ]


def _of_known_values(problems: list[Problem], record: object) -> Iterator[Problem]:
    """Leave out what is said of values that are not known yet; a known type stays checked."""
    references = references_in(record)
    for problem in problems:
        reference = references.get(problem.pointer)
        if reference is None or (reference.is_text and problem.rule == "type"):
            yield problem


def _finding(problem: Problem) -> Finding:
    return Finding(pointer=problem.pointer, message=problem.message, rule=problem.rule)
