"""Reads a plan, and says all that is wrong with it at once, each with a pointer."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from activities.wire import Finding, findings_of
from codat.validation.pointers import pointer
from workflows.input_errors import EXPECTED
from workflows.models import PushRequest
from workflows.plan.graph import cycles, dependencies
from workflows.plan.models import OF_A_RETRY, OF_THE_PLAN, PlanRequest, PlanStep
from workflows.plan.references import read_reference, replaced, written_in

PLACEHOLDER = "reference"
"""Stands for a value that is not known yet: text, and no id of a company or connection."""

_MAX_SAID = 10


class InvalidPlan(ValueError):
    """A plan that can't be carried out; `findings` says all that is wrong, with pointers."""

    def __init__(self, findings: list[Finding]) -> None:
        rows = [f"{finding.pointer or '/'}: {finding.message}" for finding in findings[:_MAX_SAID]]
        more = len(findings) - len(rows)
        super().__init__("; ".join(rows) + (f"; and {more:,} more" if more else "") + ".")
        self.findings = findings


def read_plan(given: object, *, is_checked: bool = False) -> PlanRequest:
    """Read a plan off a JSON value; `is_checked` was read before. Raises: InvalidPlan."""
    if not isinstance(given, dict):
        raise InvalidPlan([Finding(pointer="", message="a plan is a JSON object")])
    try:
        plan = PlanRequest.model_validate(given)
    except ValidationError as error:
        raise InvalidPlan(_complaints(error)) from None
    found = [] if is_checked else list(problems_of(plan))
    if found:
        raise InvalidPlan(findings_of(found, lambda finding: finding))
    return plan


def problems_of(plan: PlanRequest) -> Iterator[Finding]:
    """Give all that is wrong with a plan's steps, references and order."""
    yield from _repeated_names(plan)
    names = {step.name for step in plan.steps}
    for index, step in enumerate(plan.steps):
        yield from _wrong_references(step, ("steps", index), names)
        yield from _wrong_push(plan, step, ("steps", index))
    places = {step.name: index for index, step in enumerate(plan.steps)}
    known = {name: before & names for name, before in dependencies(plan).items()}
    for circle in cycles(known):
        where = pointer(("steps", places[circle[0]]))
        words = " before ".join(circle)
        yield Finding(pointer=where, message=f"the steps wait for each other: {words}")


def _repeated_names(plan: PlanRequest) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, step in enumerate(plan.steps):
        if first.setdefault(step.name, index) != index:
            where = pointer(("steps", index, "name"))
            yield Finding(pointer=where, message=f"step {first[step.name]} has this name, too")


def _wrong_references(
    step: PlanStep, path: tuple[str | int, ...], names: set[str]
) -> Iterator[Finding]:
    for index, name in enumerate(step.after):
        if name not in names:
            yield _unknown((*path, "after", index), name)
    for place, written in written_in(step.push, path):
        try:
            found = read_reference(written)
        except ValueError as error:
            yield Finding(pointer=place, message=str(error))
            continue
        if found.step not in names:
            yield Finding(pointer=place, message=_no_step(found.step))


def _unknown(path: tuple[str | int, ...], name: str) -> Finding:
    return Finding(pointer=pointer(path), message=_no_step(name))


def _no_step(name: str) -> str:
    return f"there is no step {name}"


def _wrong_push(
    plan: PlanRequest, step: PlanStep, path: tuple[str | int, ...]
) -> Iterator[Finding]:
    for field in sorted(OF_THE_PLAN & step.push.keys()):
        yield Finding(pointer=pointer((*path, field)), message="it follows from the plan")
    for field in sorted(OF_A_RETRY & step.push.keys()):
        yield Finding(pointer=pointer((*path, field)), message="it is not a field of a step")
    try:
        PushRequest.model_validate(with_placeholders(plan.fields_of(step)))
    except ValidationError as error:
        yield from _complaints(error, path)


def with_placeholders(value: object) -> Any:  # noqa: ANN401, JSON is anything
    """Copy a JSON value with a text in place of each reference."""
    return replaced(value, lambda _: PLACEHOLDER)


def _complaints(error: ValidationError, path: tuple[str | int, ...] = ()) -> list[Finding]:
    return [
        Finding(
            pointer=pointer((*path, *detail["loc"])),
            message=_words(str(detail["loc"][-1]) if detail["loc"] else "", detail["type"])
            or detail["msg"].removeprefix("Value error, "),
        )
        for detail in error.errors(include_url=False)
    ]


def _words(field: str, kind: str) -> str:
    match kind:
        case "missing":
            return "it is missing"
        case "extra_forbidden":
            return "there is no such field"
        case "value_error":
            return ""
        case _:
            return f"it must be {EXPECTED[field]}" if field in EXPECTED else ""
