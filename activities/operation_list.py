"""Reading Codat's list of operations as far as a look for a lost push needs it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from activities.find_models import FindSubmission
from activities.other_pushes import BEFORE
from activities.server_time import ServerTime
from codat.client import CodatClient
from codat.models import PushOperation
from codat.pages import Pager

PAGE_SIZE = 1000


async def listed_operations(
    codat: CodatClient, ask: FindSubmission, time: ServerTime
) -> AsyncIterator[PushOperation]:
    """Give the operations of a company that Codat lists in the time that is asked for.

    What is new pushes the rest from page to page, so that one may be given twice.
    """
    pager = Pager(codat, ask.target.company_id, size=PAGE_SIZE)
    window, last, is_sorted = None, None, True
    while not pager.is_over:
        found = await pager.read()
        since, until = window = window or _window(ask, found.date, time.now())
        for operation in found.results:
            when = operation.requested_on_utc or since
            is_sorted = is_sorted and (last is None or when <= last)
            last = when
            if since <= when <= until:
                yield operation
        # Only a list that is seen to be newest first may be left before its end.
        if is_sorted and last is not None and last < since:
            return


def _window(ask: FindSubmission, date: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """Say from when until when the list counts, by Codat's clock; the rest is by Temporal's."""
    difference = date - now if date else timedelta()
    until = ask.until + difference if ask.until else datetime.max.replace(tzinfo=UTC)
    return ask.since + difference - BEFORE, until
