"""A plan of a run, and which of its pushes are steps."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from simulation.plan import Item
from workflows.plan.models import PlanRequest


@dataclass
class StepPlan:
    """A plan: when it starts, its steps, and what people ask of it when (seconds after that)."""

    number: int
    at: float
    steps: list[Item]
    on_failure: str = "wait"
    wishes: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    @property
    def name(self) -> str:
        """Name it in a trace."""
        return f"plan {self.number}"

    @cached_property
    def request(self) -> PlanRequest:
        """What its backend asks for."""
        steps = [_asked(step) for step in self.steps]
        return PlanRequest.model_validate(
            {
                "key": self.name,
                "companyId": self.steps[0].company,
                "onFailure": self.on_failure,
                "steps": steps,
            }
        )


def step_name(item: Item) -> str:
    """Name a step after its push."""
    return f"s{item.number}"


def _asked(item: Item) -> dict[str, Any]:
    fields = {
        "name": step_name(item),
        "after": [f"s{number}" for number in item.needs],
        "connectionId": item.connection,
        "dataType": item.data_type,
        "recordId": item.refers or item.record_id,
        "kind": item.kind,
        "data": item.data or None,
        "timeoutInMinutes": item.minutes,
    }
    return {name: value for name, value in fields.items() if value is not None}
