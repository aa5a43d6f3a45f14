"""A plan drawn from a seed."""

from dataclasses import replace

from bench.chaos.records import near_twin, unique_record
from emulator import seeds
from emulator.seeds import STANDING_RECORDS
from simulation.choices import Choices
from simulation.kinds import of_a_later_kind
from simulation.plan import (
    AIMS,
    DATA_TYPES,
    DOORS,
    MEETINGS,
    MODES,
    PLACES,
    STORM,
    AimedCommand,
    Item,
    Mode,
    RunPlan,
)
from simulation.plans.random_steps import make_step_plan
from simulation.plans.step_plan import StepPlan


def make_plan(choices: Choices, pushes: int, mode: Mode | None = None) -> RunPlan:
    """Draw the run that belongs to a seed."""
    mode = mode or _mode(choices)
    updates = choices.pick("share of updates", (0.0, 0.15, 0.15, 0.6))
    kinds = choices.pick("share of later kinds", (0.0, 0.0, 0.0, 0.2, 0.2, 0.6, 1.0))
    twins = choices.pick("share of equal twins", (0.08, 0.08, 0.08, 0.5))
    in_plans = choices.pick("share of plans", (0.0, 0.0, 0.0, 0.1, 0.3))
    items: list[Item] = []
    step_plans: list[StepPlan] = []
    while len(items) < pushes:
        number = len(items)
        if kinds < 1.0 and choices.happens(f"plan at {number}", in_plans):
            step_plans.append(make_step_plan(choices, number, pushes - number, _item))
            items += step_plans[-1].steps
            continue
        item = _item(choices, number)
        if choices.happens(f"later kind {number}", kinds):
            items.append(of_a_later_kind(choices, item, items))
        else:
            items.append(_varied(choices, item, items, updates, twins))
            if mode.reads and not items[-1].twin:
                items[-1] = _near_twin(choices, items[-1], items[:-1])
    # With its rules on, a platform hides that a create was sent twice: it refuses the second.
    return RunPlan(mode, items, step_plans, knows_books=kinds == 1.0)


def _mode(choices: Choices) -> Mode:
    mode = choices.pick("mode", MODES)
    return replace(mode, reads=choices.happens("records are read", 0.4))


def _varied(
    choices: Choices, item: Item, earlier: list[Item], updates: float, twins: float
) -> Item:
    """Let some pushes be twins of others, and some update a record instead of creating one."""
    name = f"push {item.number}"
    creates = [other for other in earlier if not other.record_id and not other.plan]
    if creates and choices.happens(f"twin {name}", twins):
        return _twin(choices, item, choices.pick(f"model of {name}", creates))
    if choices.happens(f"update {name}", updates):
        return _update(
            choices, item, [other for other in earlier if other.is_update and not other.plan]
        )
    return item


def _update(choices: Choices, item: Item, earlier: list[Item]) -> Item:
    """Update a standing record, often one that another push updates at about the same time."""
    name, data_type = f"push {item.number}", "suppliers"
    update = replace(
        item,
        data_type=data_type,
        data=unique_record(data_type, item.number),
        record_id=choices.pick(f"record of {name}", STANDING_RECORDS[data_type]),
    )
    if not earlier or not choices.happens(f"rival {name}", 0.6):
        return update
    rival = choices.pick(f"rival of {name}", earlier)
    return replace(
        update,
        at=rival.at + choices.number(f"after its rival {name}", 0.0, 40.0),
        connection=rival.connection,
        company=rival.company,
        minutes=rival.minutes,
        record_id=rival.record_id,
    )


def _twin(choices: Choices, item: Item, model: Item) -> Item:
    """Give a push the record and the place of another one, at about the same time."""
    name = f"push {item.number}"
    return replace(
        item,
        at=model.at + choices.number(f"after its twin {name}", 0.0, 2.0),
        connection=model.connection,
        company=model.company,
        data_type=model.data_type,
        data=model.data,
        minutes=model.minutes,
        twin=model.twin if model.twin is not None else model.number,
    )


def _near_twin(choices: Choices, item: Item, earlier: list[Item]) -> Item:
    """Let some pushes carry a record that differs from another one's in a single field."""
    models = [other for other in earlier if other.makes_record]
    is_one = item.makes_record and choices.happens(f"near-twin {item.name}", 0.2)
    if not models or not is_one:
        return item
    model = choices.pick(f"near model of {item.name}", models)
    made = near_twin(model.data_type, model.data, item.number)
    return replace(_twin(choices, item, model), data=made, twin=None, near=True)


def _item(choices: Choices, number: int) -> Item:
    name = f"push {number}"
    weighted = [place for place in PLACES for _ in range(place[1])]
    connection, _, needs_deadline = choices.pick(f"place of {name}", weighted)
    data_type = choices.pick(f"data type of {name}", DATA_TYPES)
    has_deadline = needs_deadline or choices.happens(f"deadline of {name}", 0.1)
    company = seeds.OTHER_COMPANY if connection == seeds.OTHER_PROMPT else seeds.COMPANY
    return Item(
        number=number,
        at=choices.number(f"start of {name}", 0.0, STORM * 0.8),
        connection=connection,
        company=company,
        data_type=data_type,
        data=unique_record(data_type, number),
        minutes=2 if has_deadline else None,
        presses=_presses(choices, name),
        aimed=_aimed(choices, name, has_deadline=has_deadline),
        retries=int(choices.number(f"retries of {name}", 0, 3)),
    )


def _presses(choices: Choices, name: str) -> list[tuple[float, str]]:
    """Draw when people press which door, from the start of the push on."""
    presses: list[tuple[float, str]] = []
    chance = 0.5
    while choices.happens(f"door of {name}", chance):
        # Most of what a push does happens in its first second, and after three minutes.
        longest = choices.pick(f"when of {name}", (0.3, 3.0, 30.0, 240.0))
        moment = choices.number(f"moment of {name}", 0.0, longest)
        presses.append((moment, choices.pick(f"which door of {name}", DOORS)))
        chance = 0.5
    return sorted(presses)


def _aimed(choices: Choices, name: str, *, has_deadline: bool) -> list[AimedCommand]:
    """Draw commands that meet an activity of the push, where most devices have their moment."""
    aimed: list[AimedCommand] = []
    while choices.happens(f"aimed at {name}", 0.4):
        longest = choices.pick(f"when aimed at {name}", (0.02, 0.2, 2.0, 30.0))
        aimed.append(
            AimedCommand(
                choices.pick(f"activity of {name}", AIMS),
                choices.pick(f"count of {name}", (1, 1, 2)),
                choices.number(f"moment aimed at {name}", 0.0, longest),
                choices.pick(f"which command aimed at {name}", DOORS),
            )
        )
    for activity, counts, longest, command in MEETINGS:
        if command.endswith("for good") and not has_deadline:
            continue
        if choices.happens(f"{command} of {activity} of {name}", 0.04):
            count = choices.pick(f"count of {command} of {name}", counts)
            after = choices.number(f"moment of {command} of {name}", 0.0, longest)
            aimed.append(AimedCommand(activity, count, after, command))
    return aimed
