"""Where a push stands, for whoever looks on."""

from datetime import datetime
from uuid import UUID

from activities.wire import Wire

ENDED = "end"
"""The stage of a push that is over."""


class PushProgress(Wire):
    """The answer of the query `progress`; times are UTC."""

    stage: str
    message: str
    push_operation_key: UUID | None = None
    deadline_utc: datetime | None = None
    next_look_utc: datetime | None = None
    waiting_for: str | None = None
    looks: int = 0
