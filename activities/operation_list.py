"""Reading Codat's list of operations as far as a look for a lost push needs it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from activities.find_models import FindSubmission
from activities.other_pushes import BEFORE
from activities.server_time import ServerTime
from codat.client import CodatClient
from codat.models import PushOperation
from codat.pages import Pager

PAGE_SIZE = 1000


@dataclass
class ListedOperations:
    """A company's operations, by their keys; `ahead`: Codat's clock before Temporal's."""

    by_key: dict[UUID, PushOperation] = field(default_factory=dict[UUID, PushOperation])
    ahead: timedelta = timedelta()


async def list_operations(
    codat: CodatClient, ask: FindSubmission, time: ServerTime
) -> ListedOperations:
    """Give the operations of a company that Codat lists in the time that is asked for.

    What is new pushes the rest from page to page, so that one may be listed twice.
    """
    pager = Pager(codat, ask.target.company_id, size=PAGE_SIZE)
    window, last, is_sorted, listed = None, None, True, ListedOperations()
    while not pager.is_over:
        found = await pager.read()
        if window is None:
            listed.ahead = found.date - time.now() if found.date else timedelta()
            window = _window(ask, listed.ahead)
        since, until = window
        for operation in found.results:
            when = operation.requested_on_utc or since
            is_sorted = is_sorted and (last is None or when <= last)
            last = when
            if since <= when <= until:
                listed.by_key[operation.push_operation_key] = operation
        # Only a list that is seen to be newest first may be left before its end.
        if is_sorted and last is not None and last < since:
            break
    return listed


def _window(ask: FindSubmission, ahead: timedelta) -> tuple[datetime, datetime]:
    """Say from when until when the list counts, by Codat's clock; the rest is by Temporal's."""
    until = ask.until + ahead if ask.until else datetime.max.replace(tzinfo=UTC)
    return ask.since + ahead - BEFORE, until
