"""What a plan keeps between its runs; the caller's part of it is in `surepush_client`."""

from typing import Any
from uuid import UUID

from activities.wire import Sentence, Wire, Word
from codat.canonical_json import digest
from surepush_client import plan_models as client
from surepush_client.plan_models import (
    CANCELLED,
    CANCELLING,
    ENDINGS,
    HELD,
    INCOMPLETE,
    MAX_PLAN_KEY,
    MAX_STEPS,
    RUNNING,
    STOPPED,
    STOPPING,
    SUCCEEDED,
    WAITING,
    OnFailure,
    PlanReport,
    PlanStep,
    StepReport,
    StepStatus,
)

__all__ = [
    "CANCELLED",
    "CANCELLING",
    "ENDINGS",
    "HELD",
    "INCOMPLETE",
    "MAX_PLAN_KEY",
    "MAX_STEPS",
    "RUNNING",
    "STOPPED",
    "STOPPING",
    "SUCCEEDED",
    "WAITING",
    "OnFailure",
    "PlanReport",
    "PlanRequest",
    "PlanState",
    "PlanStep",
    "StepReport",
    "StepState",
    "StepStatus",
]

OF_THE_PLAN = frozenset({"companyId", "idempotencyKey", "plan"})
"""Fields of a push that follow from the plan."""

OF_A_RETRY = frozenset({"retryOf", "settlement", "reason", "firstDigest", "resume"})
"""Fields of a push that its own later runs write."""

UNSUCCESSFUL = frozenset({StepStatus.FAILED, StepStatus.TIMED_OUT, StepStatus.UNKNOWN})


class StepState(Wire):
    """What a plan knows of a step that it has begun; `values` is what later steps need of it."""

    status: StepStatus
    push_id: UUID | None = None
    is_linked: bool = True
    message: Sentence = ""
    values: dict[str, Any] = {}


class PlanState(Wire):
    """What a plan knows in every run."""

    steps: dict[str, StepState] = {}
    is_held: bool = False
    is_cancelled: bool = False


class PlanRequest(client.PlanRequest):
    """A plan as its workflow takes it: `dispatch` and continue-as-new write what is added here."""

    started_by: Word | None = None
    resume: PlanState | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical plan."""
        return digest(self.content)

    def fields_of(self, step: PlanStep) -> dict[str, Any]:
        """Give the fields of a step's push request, references and all, without `plan`."""
        shared = {"connectionId": str(self.connection_id)} if self.connection_id else {}
        own = {"companyId": str(self.company_id), "idempotencyKey": f"{self.key}/{step.name}"}
        return {**shared, **step.push, **own}
