"""Taking an operation, unless another push may have made it."""

from activities.find_models import SearchResult
from activities.other_pushes import OtherPushes
from activities.readings import snapshot_of
from codat.models import PushOperation


async def adopted(
    look: SearchResult,
    operation: PushOperation,
    owners: list[str],
    others: OtherPushes,
    *,
    stands: bool,
) -> SearchResult:
    """Claim an operation for our push, or say what hinders that.

    `owners` are pushes whose record it may show as well; `stands`: what it wrote is only known from
    the books.
    """
    key = operation.push_operation_key
    hindrance = await _hindrance(operation, owners, others, stands=stands)
    if hindrance is None and not await others.claim(key):
        hindrance = "another push took it at the same moment"
    if hindrance:
        return look.model_copy(update={"hindrance": hindrance})
    return look.model_copy(update={"adopted": snapshot_of(operation), "stands": stands})


def hindered_elsewhere(look: SearchResult, push: str) -> SearchResult:
    """Say that a push to another connection may have written the record that stands."""
    hindrance = _may_belong(push, "a similar record to another connection")
    return look.model_copy(update={"hindrance": hindrance})


async def _hindrance(
    operation: PushOperation, owners: list[str], others: OtherPushes, *, stands: bool
) -> str | None:
    """Name another push whose operation this may be as well; `stands`: or whose record."""
    twin = await others.duplicate(operation.push_operation_key, is_resolved_too=stands)
    if twin:
        return _may_belong(twin, "an identical record")
    for push in owners:
        if await others.may_have(push, operation.push_operation_key):
            return _may_belong(push, "a similar record")
    return None


def _may_belong(workflow_id: str, what: str) -> str:
    push_id = workflow_id.removeprefix("push-")
    return f"push {push_id} sent {what}, so the operation may belong to it"
