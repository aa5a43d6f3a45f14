"""Holding back a company's pushes and letting them go again, for all workers."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.holds import KEEPER, KNOWN_FOR, Hold, hold_workflow_id, read_holds
from activities.visibility import equals
from dispatch.settings import DispatchSettings
from workflows.hold import Release

_TAKEN_WITHIN = 20.0
_LOOK_EVERY = 0.2


class HoldNotConfirmed(TimeoutError):
    """No worker has confirmed the hold; it takes effect as soon as one runs."""


async def hold(
    client: Client, company: UUID, wish: Hold, *, task_queue: str | None = None
) -> list[Hold]:
    """Hold back; when this returns every worker obeys. Gives all holds; NobodyHolds.

    Where two hold the same at once, the later one's reason stays; it is held for both.
    """
    before = await read_holds(client, company)
    await ask_to_hold(client, company, wish, task_queue=task_queue)

    def is_done(holds: list[Hold]) -> bool:
        return any(held.scope == wish.scope and held not in before for held in holds)

    return await _until(client, company, is_done)


async def ask_to_hold(
    client: Client, company: UUID, wish: Hold, *, task_queue: str | None = None
) -> None:
    """Wish a hold; every worker obeys some seconds after one has taken it."""
    await client.start_workflow(
        "push-hold",
        id=hold_workflow_id(company),
        task_queue=task_queue or DispatchSettings().task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal="hold",
        start_signal_args=[wish],
        static_summary=f"holds of company {company}",
    )


async def ask_to_release(
    client: Client, company: UUID, connection: UUID | None, data_type: str | None = None, *, by: str
) -> None:
    """Wish that what `by` holds within that is let go; nothing where nothing is held."""
    wish = Release(connection_id=connection, data_type=data_type, by=by)
    try:
        await client.get_workflow_handle(hold_workflow_id(company)).signal("release", wish)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def release(
    client: Client, company: UUID, connection: UUID | None, data_type: str | None
) -> list[Hold]:
    """Let go all that lies within; gives the holds that stay; NobodyHolds."""
    wish = Release(connection_id=connection, data_type=data_type)
    try:
        await client.get_workflow_handle(hold_workflow_id(company)).signal("release", wish)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return []
        raise

    def is_done(holds: list[Hold]) -> bool:
        return not any(held.lies_within(connection, data_type) for held in holds)

    return await _until(client, company, is_done)


async def all_holds(client: Client) -> dict[UUID, list[Hold]]:
    """Give what is held, by company; a hold that began this moment may be missing."""
    query = f"{equals('WorkflowType', 'push-hold')} AND CloseTime IS NULL"
    held: dict[UUID, list[Hold]] = {}
    async for keeper in client.list_workflows(query):
        company = UUID(keeper.id.removeprefix(KEEPER))
        found = await read_holds(client, company)
        if found:
            held[company] = found
    return dict(sorted(held.items()))


async def _until(
    client: Client, company: UUID, is_done: Callable[[list[Hold]], bool]
) -> list[Hold]:
    try:
        async with asyncio.timeout(_TAKEN_WITHIN):
            while not is_done(holds := await read_holds(client, company)):  # noqa: ASYNC110, no event
                await asyncio.sleep(_LOOK_EVERY)
    except TimeoutError:
        raise HoldNotConfirmed(
            "No worker is running. The hold takes effect when one starts."
        ) from None
    # What a worker has read before it believes a little longer.
    await asyncio.sleep(KNOWN_FOR)
    return holds
