"""The Temporal server's clock, as far as the task in hand tells it."""

from datetime import datetime, timedelta

from temporalio import activity

from codat import clock


class ServerTime:
    """The server's time during one task: its start there, and the seconds since it came here.

    It lags behind by as long as the task was under way. Make it first thing in an activity.
    """

    def __init__(self) -> None:
        self._started = activity.info().started_time
        self._received = clock.seconds()

    @property
    def since_receipt(self) -> timedelta:
        """How long ago this process received the task, sleep and frozen time included."""
        return timedelta(seconds=clock.seconds() - self._received)

    def now(self) -> datetime:
        """Tell the server's time, UTC."""
        return self._started + self.since_receipt
