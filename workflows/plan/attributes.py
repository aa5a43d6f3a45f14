"""What a plan is found by."""

import hashlib

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from workflows.attributes import COMPANY_ID, PUSH_REFERENCE, STARTED_BY
from workflows.plan.models import PlanRequest


def plan_attributes(plan: PlanRequest, *, is_encrypted: bool = False) -> TypedSearchAttributes:
    """Give what a plan is found by; its key as its SHA-256 when payloads are encrypted."""
    key = hashlib.sha256(plan.key.encode()).hexdigest() if is_encrypted else plan.key
    values = {COMPANY_ID: str(plan.company_id), PUSH_REFERENCE: key}
    values |= {STARTED_BY: plan.started_by} if plan.started_by else {}
    return TypedSearchAttributes(
        [SearchAttributePair(name, value) for name, value in values.items()]
    )


def upsert_plan_attributes(plan: PlanRequest) -> None:
    """Give a plan that was started by its name alone the company that it is found by."""
    if workflow.info().typed_search_attributes.get(COMPANY_ID) is None:
        company = COMPANY_ID.value_set(str(plan.company_id))
        workflow.upsert_search_attributes([company])  # pyright: ignore[reportUnknownMemberType]
