"""The push workflow that one would write first: send, then ask every five seconds."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from codat import CodatClient, PushTarget

QUICKLY = timedelta(seconds=30)
EVERY = timedelta(seconds=5)


class PlainRequest(BaseModel):
    """A record and where it goes."""

    company_id: UUID
    connection_id: UUID
    data_type: str
    data: dict[str, Any]
    idempotency_key: str
    operation: UUID | None = None

    @property
    def target(self) -> PushTarget:
        """Where it goes."""
        return PushTarget.model_validate(self.model_dump(include=set(PushTarget.model_fields)))


class PlainReading(BaseModel):
    """An operation."""

    key: UUID
    is_final: bool
    completed: datetime | None = None


class PlainActivities:
    """One request each."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat

    @activity.defn(name="plain-options")
    async def options(self, request: PlainRequest) -> int:
        """Fetch the options."""
        return len(await self._codat.options_document(request.target))

    @activity.defn(name="plain-send")
    async def send(self, request: PlainRequest) -> PlainReading:
        """Send the record."""
        sent = await self._codat.push(request.target, request.data)
        return PlainReading(
            key=sent.push_operation_key, is_final=False, completed=sent.completed_on_utc
        )

    @activity.defn(name="plain-look")
    async def look(self, request: PlainRequest) -> PlainReading:
        """Ask how it stands."""
        assert request.operation
        read = await self._codat.operation(request.company_id, request.operation)
        return PlainReading(
            key=request.operation, is_final=read.status.is_final, completed=read.completed_on_utc
        )


@workflow.defn(name="plain-push")
class PlainPush:
    """Options, send, and look every five seconds."""

    @workflow.run
    async def run(self, request: PlainRequest) -> dict[str, Any]:
        """Push, and give when it was completed."""
        await workflow.execute_activity_method(
            PlainActivities.options, request, start_to_close_timeout=QUICKLY
        )
        reading = await workflow.execute_activity_method(
            PlainActivities.send, request, start_to_close_timeout=QUICKLY
        )
        request = request.model_copy(update={"operation": reading.key})
        while not reading.is_final:
            await workflow.sleep(EVERY)
            reading = await workflow.execute_activity_method(
                PlainActivities.look, request, start_to_close_timeout=QUICKLY
            )
        return {"completedOnUtc": reading.completed}
