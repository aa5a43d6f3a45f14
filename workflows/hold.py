"""A company's holds: one workflow that lives as long as there are any."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.holds import HOLDS, Hold
    from activities.wire import Wire
    from workflows.markdown import plain

Input = TypeVar("Input", bound=Wire)


REPORTED_BY = "Codat's report"
"""Who holds a connection that Codat reports as disconnected."""


class Release(Wire):
    """What to let go: all that lies within, or only what `by` holds."""

    connection_id: UUID | None = None
    data_type: str | None = None
    by: str | None = None

    def lets_go(self, hold: Hold) -> bool:
        """Whether this hold ends."""
        is_meant = self.by in (None, hold.by)
        return is_meant and hold.lies_within(self.connection_id, self.data_type)


@workflow.defn(name="push-hold")
class HoldWorkflow:
    """`push-hold-<companyId>`: its memo is what workers obey."""

    def __init__(self) -> None:
        self._holds: list[Hold] = []
        self._is_known = False

    @workflow.run
    async def run(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may start it
        """Keep the holds until the last one is released; it is started by its first hold."""
        await workflow.wait_condition(lambda: self._is_known and not self._holds)

    @workflow.signal(name="hold")
    def hold(self, *inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Take one `Hold`: hold back what it says from now on, for the reason given last."""
        hold = _read(inputs, Hold)
        if hold:
            begun = hold.model_copy(update={"since": workflow.now()})
            self._tell([*(held for held in self._holds if held.scope != hold.scope), begun])

    @workflow.signal(name="release")
    def release(self, *inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Take one `Release`: let go what lies within it."""
        release = _read(inputs, Release)
        if release:
            self._tell([held for held in self._holds if not release.lets_go(held)])

    def _tell(self, holds: list[Hold]) -> None:
        self._holds, self._is_known = holds, True
        listed = [hold.model_dump(mode="json", by_alias=True) for hold in holds]
        workflow.upsert_memo({HOLDS: listed})
        rows = [
            f"{hold.connection_id or 'all connections'}, {hold.data_type or 'all data types'}: "
            f"{hold.reason} (held by {hold.by})"
            for hold in holds
        ]
        details = "\n".join(["**held**\n", *(f"- {plain(row)}" for row in rows)])
        workflow.set_current_details(details)


def _read(inputs: Sequence[Any], kind: type[Input]) -> Input | None:
    """Read a signal's one input; what is none is passed over, not failed on for ever."""
    try:
        (value,) = inputs
        return kind.model_validate(value)
    except (ValidationError, ValueError):
        workflow.logger.warning("A signal was passed over: it is no %s", kind.__name__.lower())
        return None
