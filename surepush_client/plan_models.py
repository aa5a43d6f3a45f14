"""What a plan is asked and what it says of itself: pushes that depend on each other."""

import re
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid5

from pydantic import AfterValidator, ConfigDict, Field

from surepush_client.models import PUSH_NAMESPACE
from surepush_client.wire import Wire

MAX_STEPS = 5_000
MAX_PLAN_KEY = 180
"""Characters: with the longest step's name it makes a push's key."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A step's name: it stands in references, keys and addresses."""

_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError("it must be 1 to 64 letters, digits, dots, hyphens and underscores")
    return text


def _key(text: str) -> str:
    if text != text.strip() or not _PRINTABLE.fullmatch(text):
        raise ValueError("it must hold no control characters, and no blank at its ends")
    return text


Name = Annotated[str, AfterValidator(_name)]


class OnFailure(StrEnum):
    """What a plan does when a step does not succeed."""

    WAIT = "wait"
    STOP = "stop"
    SKIP = "skip"


class PlanStep(Wire):
    """One push of a plan: all other fields are those of a push request.

    `after` names steps that have to succeed first, besides those that it refers to.
    """

    model_config = ConfigDict(extra="allow")

    name: Name
    after: list[Name] = []

    @property
    def push(self) -> dict[str, Any]:
        """What it says of the push."""
        return self.model_extra or {}


class PlanRequest(Wire):
    """Pushes of one company that depend on each other; docs/plans.md has the form of a step.

    `connection_id` is the one of all steps that name none.
    """

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(min_length=1, max_length=MAX_PLAN_KEY), AfterValidator(_key)]
    company_id: UUID
    connection_id: UUID | None = None
    on_failure: OnFailure = OnFailure.WAIT
    steps: Annotated[list[PlanStep], Field(min_length=1, max_length=MAX_STEPS)]

    @property
    def plan_id(self) -> UUID:
        """The plan's id: the same for the same company and key."""
        return uuid5(PUSH_NAMESPACE, f"plan/{self.company_id}/{self.key}")

    @property
    def workflow_id(self) -> str:
        """The id of the plan's workflow."""
        return f"plan-{self.plan_id}"

    @property
    def content(self) -> dict[str, Any]:
        """What the caller asked for, as JSON has it."""
        asked = self.model_dump(mode="json", by_alias=True, include={"key", "company_id"})
        asked |= {"connectionId": str(self.connection_id)} if self.connection_id else {}
        steps = [
            {"name": step.name, **({"after": step.after} if step.after else {}), **step.push}
            for step in self.steps
        ]
        return asked | {"onFailure": self.on_failure.value, "steps": steps}


class StepStatus(StrEnum):
    """Where a step stands: `Waiting` for others or its turn, `Pending`, or as its push ended."""

    WAITING = "Waiting"
    PENDING = "Pending"
    SUCCESS = "Success"
    FAILED = "Failed"
    TIMED_OUT = "TimedOut"
    UNKNOWN = "Unknown"
    SKIPPED = "Skipped"
    NOT_STARTED = "NotStarted"


class StepReport(Wire):
    """One step as it stands. `after` are all steps that it waits for."""

    name: str
    data_type: str
    status: StepStatus
    push_id: UUID | None = None
    message: str = ""
    after: list[str] = []


class PlanReport(Wire):
    """A plan as it stands: `state` in a word or two, each step in the plan's order."""

    plan_id: UUID
    key: str
    company_id: UUID
    state: str
    on_failure: OnFailure = OnFailure.WAIT
    counts: dict[str, int] = {}
    steps: list[StepReport] = []

    @property
    def is_over(self) -> bool:
        """Whether the plan has ended."""
        return self.state in ENDINGS


RUNNING, WAITING, HELD, CANCELLING, STOPPING = (
    "running",
    "waiting for a step to be mended",
    "held",
    "cancelling",
    "stopping",
)
"""States of a plan that goes on."""

SUCCEEDED, INCOMPLETE, STOPPED, CANCELLED = "succeeded", "ended incomplete", "stopped", "cancelled"
ENDINGS = (SUCCEEDED, INCOMPLETE, STOPPED, CANCELLED)
"""States of a plan that has ended."""
