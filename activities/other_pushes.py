"""What other pushes hold: their operations, claims, twins of ours."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import activity
from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.find_models import FindSubmission
from activities.start_memo import read_memo
from activities.visibility import among, equals
from codat.models import PushTarget

REQUESTED = "requestedOnUtc"
"""The memo of a push that went on in a new run, whose start tells nothing of its request."""

CLAIM_WORKFLOW = "push-claim"

BEFORE = timedelta(minutes=10)
"""How far before the first schedule the list is read: clocks differ, and so does `Date`."""

AT_ONCE = 50
"""Of so many operations Temporal is asked in one question."""

TOO_MANY = 2
"""So many operations that nobody has can't be told apart."""

A_PAGE, A_FEW = 1000, 5
"""Pushes that Temporal lists at once; the SDK decodes all of them, also where the first will do."""

DATA_TYPE = SearchAttributeKey.for_keyword("DataType")
OPERATION = SearchAttributeKey.for_keyword("PushOperationKey")
_CLAIM = "push-claim-"
STATUS = SearchAttributeKey.for_keyword("PushStatus")


async def requested_at(run: WorkflowExecution) -> datetime:
    """Say when the push that this is a run of was requested (UTC)."""
    requested = await read_memo(run, REQUESTED)
    try:
        return datetime.fromisoformat(requested)
    except (TypeError, ValueError):
        return run.start_time


def same_place(target: PushTarget) -> str:
    """Write the part of a query that finds the pushes of a company, connection and data type.

    Of an odd data type it finds more: what is found has to be compared.
    """
    place = equals("CompanyId", target.company_id), equals("ConnectionId", target.connection_id)
    return " AND ".join((*place, equals("DataType", target.data_type)))


class OtherPushes:
    """All pushes but the asking one, as Temporal knows them."""

    def __init__(self, client: Client, ask: FindSubmission) -> None:
        self._client = client
        self._ask = ask
        self._workflow_id = f"push-{ask.push_id}"

    async def holders(self, operations: Sequence[UUID]) -> dict[UUID, str]:
        """Name the other pushes that have these operations, by an answer or by a claim.

        A claim that Temporal's list does not show yet is missed once two operations were left that
        nobody has: one more or less tells nothing then.
        """
        found: dict[UUID, str] = {}
        for start in range(0, len(operations), AT_ONCE):
            found |= await self._listed_holders(operations[start : start + AT_ONCE])
        free = 0
        for operation in [key for key in operations if key not in found]:
            claimant = await self._claimant(operation)
            if claimant:
                found[operation] = claimant
                continue
            free += 1
            if free == TOO_MANY:
                break
        return {key: holder for key, holder in found.items() if holder != self._workflow_id}

    async def claim(self, operation: UUID) -> bool:
        """Take an operation for our push; False when another one has it."""
        try:
            await self._client.start_workflow(
                CLAIM_WORKFLOW,
                self._workflow_id,
                id=_claim_id(operation),
                task_queue=activity.info().task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                memo={"holder": self._workflow_id},
            )
        except WorkflowAlreadyStartedError:
            return await self._claimant(operation) == self._workflow_id
        return True

    async def duplicate(self, operation: UUID, *, is_resolved_too: bool = False) -> str | None:
        """Name a push of an equal record that has this operation, or may have sent and has none.

        `is_resolved_too`: or that has another operation, whose record may be taken for ours.
        """
        for twin in sorted(await self.of_our_record(self._ask.since - BEFORE)):
            if is_resolved_too or await self.may_have(twin, operation):
                return twin
        return None

    async def of_our_record(self, oldest: datetime) -> set[str]:
        """Name the other pushes of an equal record that were open at that moment (UTC) or later."""
        listed = self._in_place(equals("PushDigest", self._ask.digest))
        return {run.id async for run in listed if not run.close_time or run.close_time >= oldest}

    async def claims(self, operations: Sequence[UUID]) -> dict[UUID, str]:
        """Name the push, ours or another, that has claimed each of these operations by now."""
        claimants = {key: await self._claimant(key) for key in operations}
        return {key: claimant for key, claimant in claimants.items() if claimant}

    async def may_have(self, push: str, operation: UUID) -> bool:
        """Tell whether that push has this operation, or may have sent and has none."""
        # The list lags behind; what is asked of the push itself does not.
        now = await self._client.get_workflow_handle(push).describe()
        known = now.typed_search_attributes
        own, status = known.get(OPERATION), known.get(STATUS)
        return own == str(operation) or (own is None and status != "Failed")

    async def without_operation(self) -> AsyncIterator[WorkflowExecution]:
        """Give the pushes of this place that may have an operation without knowing which."""
        oldest = (self._ask.since - BEFORE).isoformat()
        open_then = f'(CloseTime IS NULL OR CloseTime>="{oldest}")'
        async for push in self._in_place(f"PushOperationKey IS NULL AND {open_then}"):
            if push.typed_search_attributes.get(STATUS) != "Failed":
                yield push

    async def any_without_operation(self) -> bool:
        """Tell whether another push of this place runs that may have an operation unknowingly."""
        open_now = "PushOperationKey IS NULL AND CloseTime IS NULL"
        async for _ in self._in_place(open_now, page_size=A_FEW):
            return True
        return False

    async def _in_place(
        self, condition: str, *, page_size: int = A_PAGE
    ) -> AsyncIterator[WorkflowExecution]:
        """Give the other pushes to the same company, connection and data type."""
        target = self._ask.target
        query = f"{same_place(target)} AND {condition}"
        async for push in self._list(query, page_size=page_size):
            if push.typed_search_attributes.get(DATA_TYPE) == target.data_type:
                yield push

    async def _list(
        self, query: str, *, page_size: int = A_PAGE
    ) -> AsyncIterator[WorkflowExecution]:
        async for push in self._client.list_workflows(query, page_size=page_size):
            if push.id != self._workflow_id:
                yield push

    async def _listed_holders(self, operations: Sequence[UUID]) -> dict[UUID, str]:
        answered: dict[UUID, str] = {}
        claimed: dict[UUID, str] = {}
        keys = among("PushOperationKey", operations)
        claims = among("WorkflowId", map(_claim_id, operations))
        async for push in self._list(f"{keys} OR {claims}"):
            if push.workflow_type == CLAIM_WORKFLOW:
                operation = UUID(push.id.removeprefix(_CLAIM))
                claimed[operation] = (await push.memo())["holder"]
            else:
                answered[UUID(push.typed_search_attributes[OPERATION])] = push.id
        return answered | claimed

    async def _claimant(self, operation: UUID) -> str | None:
        handle = self._client.get_workflow_handle(_claim_id(operation))
        try:
            memo = await (await handle.describe()).memo()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return str(memo["holder"])


def _claim_id(operation: UUID) -> str:
    return f"{_CLAIM}{operation}"
