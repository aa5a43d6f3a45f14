"""What goes into a refresh of Codat's cache, and what comes out."""

from datetime import datetime

from activities.wire import Sentence, Wire
from codat.target import PushTarget


class RefreshData(Wire):
    """Have Codat read a data type from the accounting software, and say how that stands.

    `not_before` (Codat's clock, UTC): a refresh that began then or later will do; without it one
    that begins from now on. `is_over`: Codat reports that a refresh of this data type has ended.
    """

    target: PushTarget
    not_before: datetime | None = None
    is_over: bool | None = None


class RefreshResult(Wire):
    """How a refresh stands: `began` (UTC) then and is over, or `hindrance` says why none will be.

    Without both one is running, and `not_before` is what to ask for next time, where it was not
    said.
    """

    began: datetime | None = None
    hindrance: Sentence | None = None
    not_before: datetime | None = None
