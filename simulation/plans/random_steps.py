"""Plans drawn from a seed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench.chaos.records import unique_record
from simulation.choices import Choices
from simulation.plan import Item
from simulation.plans.step_plan import StepPlan, step_name
from surepush_client.kinds import PushKind

STEP_TYPES = ("suppliers", "chartOfAccounts", "bills", "bills", "journalEntries")

WISHES = (
    (),
    (),
    (),
    ("hold", "continue"),
    ("hold", "continue"),
    ("cancel",),
    ("cancel", "continue"),
    ("hold", "cancel"),
    ("terminate", "continue"),
    ("continue", "continue"),
)
"""What people ask of a plan, one after the other."""


def make_step_plan(
    choices: Choices, number: int, most: int, item_of: Callable[[Choices, int], Item]
) -> StepPlan:
    """Draw a plan whose steps are the pushes from `number` on, two to five but not above `most`."""
    name = f"plan {number}"
    size = min(choices.pick(f"steps of {name}", (2, 3, 3, 4, 5)), most)
    first = item_of(choices, number)
    steps: list[Item] = []
    for place in range(size):
        drawn = item_of(choices, number + place)
        steps.append(_step(choices, _at_place_of(choices, drawn, first), steps))
    return StepPlan(
        number,
        first.at,
        steps,
        on_failure=choices.pick(f"on failure of {name}", ("wait", "wait", "wait", "stop", "skip")),
        wishes=_wishes(choices, name),
    )


def _at_place_of(choices: Choices, item: Item, first: Item) -> Item:
    """Let most steps of a plan go to one connection, all to one company."""
    at = replace(item, at=first.at, plan=f"plan {first.number}")
    is_elsewhere = choices.happens(f"elsewhere push {item.number}", 0.2)
    if is_elsewhere and item.company == first.company:
        return at
    return replace(at, connection=first.connection, company=first.company, minutes=first.minutes)


def _step(choices: Choices, item: Item, earlier: list[Item]) -> Item:
    name = f"push {item.number}"
    data_type = choices.pick(f"type of step {name}", STEP_TYPES)
    step = replace(item, data_type=data_type, data=unique_record(data_type, item.number))
    if not earlier or choices.happens(f"free step {name}", 0.15):
        return step
    before = choices.pick(f"step before {name}", earlier)
    if before.kind is None and not before.record_id and choices.happens(f"about it {name}", 0.2):
        return _about(step, before)
    needs = [before.number]
    if len(earlier) > 1 and choices.happens(f"second need {name}", 0.3):
        needs.append(choices.pick(f"other step before {name}", earlier).number)
    return replace(step, needs=tuple(dict.fromkeys(needs)), data=_referring(step, before))


def _about(step: Item, before: Item) -> Item:
    """Let a step update or delete the record that an earlier one makes."""
    refers = {"$ref": f"{step_name(before)}#/records/0/id"}
    of_it = replace(
        step,
        needs=(before.number,),
        connection=before.connection,
        data_type=before.data_type,
        record_id="unknown yet",
        refers=refers,
        twin=None,
    )
    if before.data_type in ("bills", "journalEntries"):
        return replace(of_it, kind=PushKind.DELETE, data={})
    return replace(of_it, data=unique_record(before.data_type, step.number))


def _referring(step: Item, before: Item) -> dict[str, Any]:
    """Name the record of an earlier step in a field that takes any text."""
    reference = {"$ref": f"{step_name(before)}#/records/0/id"}
    match step.data_type:
        case "bills":
            return step.data | {"supplierRef": {"id": reference}}
        case "journalEntries" | "chartOfAccounts":
            return step.data | {"description": reference}
        case _:
            return step.data


def _wishes(choices: Choices, name: str) -> list[tuple[float, str]]:
    at, wishes = 0.0, list[tuple[float, str]]()
    for wish in choices.pick(f"wishes of {name}", WISHES):
        at += choices.number(f"until {wish} of {name}", 0.0, choices.pick("how long", (0.5, 5, 60)))
        wishes.append((at, wish))
    return wishes
