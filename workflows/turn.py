"""The turn of a record: its updates are sent one after the other, in the order of requests."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from activities.turns import TurnHolder
    from workflows.activity_call import READ_AGAIN, CallFailed, call
    from workflows.update_line import TurnEntry, TurnExit, UpdateLine

Input = TypeVar("Input", bound=BaseModel)

CHECK_EVERY = timedelta(minutes=5)
"""How often it is asked whether the holder still runs, while others wait: it may be terminated."""

_CHECK_TIMEOUT = timedelta(seconds=30)


@workflow.defn(name="push-turn")
class TurnWorkflow:
    """`push-turn-<record>`: lives while updates of the record are under way.

    The first of them starts it as its child, which the server cancels when that update is over.
    The others come and go by signals.
    """

    # A signal may come with the very first task, and is handled before `run` begins.
    @workflow.init
    def __init__(self, *inputs: Any) -> None:  # noqa: ANN401, anybody may start it
        self._line = _line_of(inputs)
        self._watch: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may start it
        """Take the first `TurnEntry`, or the `UpdateLine` of the run before."""
        serving = asyncio.create_task(self._serve())
        while True:
            try:
                await asyncio.shield(serving)
            except asyncio.CancelledError:
                if serving.cancelled():
                    raise
                self._remove_child_holder()
            else:
                return

    async def _serve(self) -> None:
        line = self._line
        while not line.is_over:
            if line.waiting and self._watch is None:
                self._watch = asyncio.create_task(self._watch_holder())
            if workflow.info().is_continue_as_new_suggested() and not line.answers:
                workflow.continue_as_new(line)
            await workflow.wait_condition(lambda: bool(line.answers) or line.is_over)
            while line.answers:
                await self._tell(*line.answers.pop(0))

    async def _tell(self, workflow_id: str, answer: BaseModel) -> None:
        try:
            await workflow.get_external_workflow_handle(workflow_id).signal("turn", answer)
        except FailureError:
            self._line.remove(workflow_id, wrote=True)  # it is over

    async def _watch_holder(self) -> None:
        """Notice that a holder is over that could not say so."""
        while True:
            await workflow.sleep(CHECK_EVERY)
            holder = self._line.holder
            if holder is None:
                continue
            try:
                is_over = await call(
                    "turn-is-over",
                    TurnHolder(workflow_id=holder.workflow_id),
                    bool,
                    start_to_close_timeout=_CHECK_TIMEOUT,
                    retry_policy=READ_AGAIN,
                )
            except CallFailed:
                continue
            if is_over:
                self._line.remove(holder.workflow_id, wrote=True)

    def _remove_child_holder(self) -> None:
        if self._line.holder and self._line.follows_parent:
            self._line.remove(self._line.holder.workflow_id, wrote=True)

    @workflow.signal(name="join")
    def join(self, *inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Take one `TurnEntry`: an update that waits for its turn."""
        entry = _read(inputs, TurnEntry)
        if entry:
            self._line.add(entry)

    @workflow.signal(name="give-back")
    def give_back(self, *inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Take one `TurnEntry`: an update that had the turn, sent nothing, and waits again."""
        entry = _read(inputs, TurnEntry)
        if entry:
            self._line.give_back(entry)

    @workflow.signal(name="finished")
    def finished(self, *inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Take one `TurnExit`: an update that is over."""
        gone = _read(inputs, TurnExit)
        if gone:
            self._line.remove(gone.workflow_id, wrote=gone.wrote)

    @workflow.signal(name="keep")
    def keep(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Expect a `finished` of the first update, whose run ends before it does."""
        self._line.follows_parent = False


def _line_of(inputs: Sequence[Any]) -> UpdateLine:
    if _is_line(inputs):
        return _read(inputs, UpdateLine) or UpdateLine()
    first = _read(inputs, TurnEntry)
    return UpdateLine(holder=first, follows_parent=first is not None)


def _is_line(inputs: Sequence[Any]) -> bool:
    return len(inputs) == 1 and isinstance(inputs[0], dict) and "waiting" in inputs[0]


def _read(inputs: Sequence[Any], kind: type[Input]) -> Input | None:
    """Read the one input; what is none is passed over, not failed on for ever."""
    try:
        (value,) = inputs
        return kind.model_validate(value)
    except (ValidationError, ValueError):
        workflow.logger.warning("An input was passed over: it is no %s", kind.__name__)
        return None
