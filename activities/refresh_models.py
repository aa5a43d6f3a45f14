"""What goes into a refresh of Codat's cache, and what comes out."""

from datetime import datetime

from activities.wire import Sentence, Wire
from codat.target import PushTarget


class RefreshData(Wire):
    """Have Codat read a data type from the accounting software, and say how that stands.

    `not_before` (Codat's clock, UTC): a refresh that began then or later will do.
    """

    target: PushTarget
    not_before: datetime


class RefreshResult(Wire):
    """How a refresh stands: `began` (UTC) then and is over, or `hindrance` says why none will be.

    Without both one is running.
    """

    began: datetime | None = None
    hindrance: Sentence | None = None
