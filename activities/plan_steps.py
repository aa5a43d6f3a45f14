"""What a plan and the pushes of its steps tell each other, and the activity that starts them."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.heartbeat import heartbeating
from activities.json_pointer import tokens_of, value_at
from activities.wire import Sentence, Wire, Word, cut
from codat.exact_json import dumps

MAX_VALUES_BYTES = 16 * 1024
"""Of the JSON of what later steps need of one outcome."""

_MAX_MESSAGE = 300


class PlanLink(Wire):
    """The plan that a push belongs to, its step's name there, and what later steps need.

    `wants` are JSON pointers (RFC 6901) into the outcome.
    """

    plan_id: UUID
    step: Word
    wants: list[str] = []


class StepEnd(Wire):
    """How the push of a step ended: its status, and the values that later steps need of it."""

    step: Word
    push_id: UUID
    status: Word
    message: Sentence = ""
    values: dict[str, Any] = {}


def end_of_step(link: PlanLink, push_id: UUID, outcome: dict[str, Any]) -> StepEnd:
    """Make the end of a step of its push's outcome, a JSON object.

    A value that is absent, null or too large is left out.
    """
    return StepEnd(
        step=link.step,
        push_id=push_id,
        status=outcome["status"],
        message=cut(str(outcome.get("message", "")), _MAX_MESSAGE),
        values=_values_at(outcome, link.wants),
    )


def _values_at(outcome: object, pointers: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    room = MAX_VALUES_BYTES
    for pointer in pointers:
        value = value_at(outcome, tokens_of(pointer))
        size = len(dumps(value).encode())
        if value is not None and size <= room:
            found[pointer] = value
            room -= size
    return found


class StartStep(Wire):
    """A step to start: what its references stand for, by their text.

    With `look_at`, a push that was started before, nothing is started.
    """

    name: Word
    values: dict[str, Any] = {}
    look_at: UUID | None = None


class StartSteps(Wire):
    """Some steps of a plan to start, each as a push of its own.

    `may_wait`: where the push may be over at once, its end is waited for. `task_began`: when the
    workflow task began that starts them itself (UTC).
    """

    steps: list[StartStep]
    may_wait: bool | None = None
    task_began: datetime | None = None


class StepStarted(Wire):
    """A step whose push was started, joined or looked at.

    `is_linked`: its push tells the plan of its end. `end`: it has ended already. `problem` says why
    there is no push.
    """

    name: Word
    push_id: UUID | None = None
    is_linked: bool = False
    end: StepEnd | None = None
    problem: Sentence | None = None


class StepsStarted(Wire):
    """What became of the steps, in their order."""

    steps: list[StepStarted]


class PlanExecution(NamedTuple):
    """The run of a plan that asks, and the task queue of its pushes."""

    workflow_id: str
    run_id: str
    task_queue: str


Start = Callable[[StartSteps, PlanExecution], Awaitable[StepsStarted]]


class PlanActivities:
    """Starts the steps of a plan by `start`, which may be repeated: it joins what was started."""

    def __init__(self, start: Start) -> None:
        self._start = start

    @activity.defn(name="start-steps")
    async def start_steps(self, ask: StartSteps) -> StepsStarted:
        """Start each step's push, or join it."""
        # A local activity is over within seconds, and has nobody to beat to.
        async with nullcontext() if activity.info().is_local else heartbeating():
            return await self._start(ask, _own_plan())


def _own_plan() -> PlanExecution:
    info = activity.info()
    if not (info.workflow_id and info.workflow_run_id):
        raise ApplicationError("A plan's workflow starts its steps.", non_retryable=True)
    return PlanExecution(info.workflow_id, info.workflow_run_id, info.task_queue)
