"""When an operation shows, ends and times out: decided once, when the push is taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.behaviour import Behaviour
from emulator.call import Call, positive
from emulator.clock import seconds
from emulator.errors import EmulatedError
from emulator.faults import Rule
from emulator.operations import minutes


@dataclass(frozen=True)
class Mistake:
    """An operation that says Failed and writes all the same; times in ticks, None is never."""

    code: int
    names_record: bool
    lands: int | None
    corrected: int | None


@dataclass
class Schedule:
    """The moments of one operation, in ticks; `finishes` is None while nobody knows."""

    requested: int
    visible: int
    finishes: int | None
    deadline: int | None
    timeout: int | None = None
    revives: bool = False
    word: str | None = None
    mistake: Mistake | None = None

    @property
    def announced(self) -> int | None:
        """The tick at which the first webhook is due."""
        if self.finishes is None or self.revives:
            return self.deadline
        return self.finishes if self.deadline is None else min(self.finishes, self.deadline)

    @property
    def lands(self) -> int | None:
        """The tick at which the record is in the books."""
        return self.mistake.lands if self.mistake else self.finishes

    def writes(self, *, stubborn: bool) -> bool:
        """Whether the platform writes the record: after the deadline only if it is stubborn."""
        if self.mistake:
            return self.lands is not None
        if self.finishes is None or self.deadline is None:
            return True
        return stubborn or self.revives or self.finishes <= self.deadline


def schedule(
    call: Call, behaviour: Behaviour, key: str, now: int, shapes: Iterable[Rule]
) -> Schedule:
    """Decide the moments of a push that is taken now."""
    timeout = _timeout_in_minutes(call)
    plan = Schedule(
        requested=now,
        visible=now,
        finishes=behaviour.finish(now, key),
        deadline=None if timeout is None else now + minutes(timeout),
        timeout=timeout,
    )
    for rule in shapes:
        _bend(plan, rule)
    return plan


def _bend(plan: Schedule, rule: Rule) -> None:
    given = rule.parameters
    match rule.fault:
        case "listed-late":
            plan.visible = plan.requested + seconds(given.get("seconds", 5))
        case "unknown-word":
            plan.word = given.get("status", "Deferred")
        case "late-success":
            plan.deadline = plan.requested + seconds(given.get("after", 1))
            plan.finishes = plan.deadline + seconds(given.get("later", 5))
            plan.revives = True
        case "failed-without-proof":
            plan.mistake = _mistake(given, plan.finishes)
        case "webhook-before-answer":
            plan.finishes = plan.requested
        case _:
            raise LookupError(rule.fault)


def _mistake(given: Mapping[str, Any], failed: int | None) -> Mistake | None:
    if failed is None:
        return None
    lands, later = given.get("lands", 0), given.get("later")
    return Mistake(
        code=given.get("code", 504),
        names_record=given.get("names_record", False),
        lands=None if lands is None else failed + seconds(lands),
        corrected=None if later is None else failed + seconds(later),
    )


def _timeout_in_minutes(call: Call) -> int | None:
    given = call.parameters.get("timeoutInMinutes")
    if given is None:
        return None
    minutes_given = positive(given)
    if minutes_given is None and call.method != "DELETE":  # which has no 400 to give
        message = f"timeoutInMinutes is not a positive whole number of 32 bits: {given}"
        raise EmulatedError(400, message)
    return minutes_given
