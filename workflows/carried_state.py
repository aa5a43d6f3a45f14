"""What a push knows in every run."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from activities.models import PushPolicy
from activities.wire import Findings, Sentence
from workflows.ledger import Ledger


class CarriedState(BaseModel):
    """What a push knows in every run; continue-as-new carries it from one run to the next.

    `looks_at`: the ages at which looking at the operation is worth it, counted from when it was
    sent. `hinted`: the platform has news of the operation. `is_rejected`: Codat refused the last
    request.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    requested_on_utc: datetime
    policy: Annotated[PushPolicy | None, Field(alias="conduct")] = None
    ledger: Ledger
    warnings: Findings = []
    looks: int = 0
    looks_at: list[timedelta] = []
    failures: int = 0
    trouble: Sentence = ""
    cause: str = "other"
    unauthorized_since: datetime | None = None
    hinted: bool = False
    is_rejected: bool = False
    is_cancelled: bool = False
