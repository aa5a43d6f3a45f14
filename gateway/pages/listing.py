"""The list of a company's pushes: sent while it is read, with filters and a selection."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response, StreamingResponse
from temporalio.service import RPCError

from codat.clock import utc_now
from codat.models import DATA_TYPES, PushStatus
from dispatch.newest_pushes import FoundPush, NewestPushes, PushFilters
from gateway.api.parameters import CompanyId
from gateway.dependencies import Dependencies
from gateway.directory import Names
from gateway.errors import HttpError
from gateway.pages.login import LoginPages, shown_to
from gateway.rendering import fragment, open_page
from gateway.sessions import Session, remember

log = logging.getLogger("surepush.gateway")

PAGE_SIZE = 50
_MAX_COMPANIES = 200
_Text = Annotated[str, Query(max_length=600)]


class ListPages:
    """The list, sharing the parts of the front door."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits

    async def listing(  # noqa: PLR0913, PLR0917, the filters
        self,
        request: Request,
        company: CompanyId,
        status: _Text = "",
        kind: Annotated[_Text, Query(alias="dataType")] = "",
        connection: Annotated[_Text, Query(alias="connectionId")] = "",
        since: _Text = "",
        words: _Text = "",
        cause: _Text = "",
        before: _Text = "",
    ) -> Response:
        """Show a company's pushes, newest first; rows are sent while Temporal's list is read."""
        session = self._visits.session_for(request, company)
        asked = {"status": status, "dataType": kind, "connectionId": connection, "since": since}
        asked |= {"words": words, "cause": cause}
        names = await self._dependencies.directory.names([company])
        values = {
            **shown_to(session, company),
            "asked": asked,
            "names": names,
            "newest": _link(asked) if before else "",
            "can_push": "push" in session.key.roles,
        }
        pushes = NewestPushes(
            self._dependencies.temporal,
            _filters(company, asked),
            before=_moment("before", before),
            size=PAGE_SIZE,
        )
        batches = pushes.batches()
        first = await anext(batches, None)  # who asks in vain is answered by a status
        frame = open_page("list", **values, **await self._choices(session, company, names))
        html = self._html(frame, first, batches, pushes, values)
        return remember(StreamingResponse(html, media_type="text/html"), session, request)

    async def _html(
        self,
        frame: tuple[str, str],
        batch: Sequence[FoundPush] | None,
        others: AsyncGenerator[Sequence[FoundPush]],
        pushes: NewestPushes,
        values: dict[str, Any],
    ) -> AsyncGenerator[str]:
        """Write the page: what stands above the rows, batches of them, what stands below."""
        above, below = frame
        yield above
        shown, causes, trouble = 0, set[str](), False
        try:
            while batch is not None:
                shown += len(batch)
                causes |= {push.run.cause for push in batch if push.run.cause}
                yield await self._rows(batch, values)
                batch = await anext(others, None)
        except (RPCError, TimeoutError) as error:
            log.warning("A list ends early: %s", error)
            trouble = True
        ended = {"shown": shown, "causes": sorted(causes), "trouble": trouble}
        older = _link(values["asked"], pushes.older) if pushes.older else ""
        yield fragment("list_end", **values, **ended, older=older, is_cut=pushes.is_cut)
        yield below

    async def _rows(self, batch: Sequence[FoundPush], values: Mapping[str, Any]) -> str:
        unread = {
            push.run.run_id: push.run.push_id
            for push in batch
            if push.run.closed and push.run.status is not PushStatus.SUCCESS
        }
        reasons = await self._dependencies.endings.reasons(self._dependencies.temporal, unread)
        return fragment("list_rows", **values, pushes=batch, reasons=reasons, now=utc_now())

    async def _choices(self, session: Session, company: UUID, own: Names) -> dict[str, Any]:
        """Give what the filters offer."""
        names = await self._dependencies.directory.names(session.key.companies)
        is_known = str(company) in names.companies and len(names.companies) <= _MAX_COMPANIES
        return {
            "company_name": own.companies.get(str(company), ""),
            "companies": names.by_name if is_known and not names.is_cut else [],
            "statuses": [member.value for member in PushStatus],
            "types": sorted(DATA_TYPES),
        }


def _link(asked: Mapping[str, str], before: datetime | None = None) -> str:
    given = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(given | ({'before': before.isoformat()} if before else {}))}"


def _filters(company: UUID, asked: Mapping[str, str]) -> PushFilters:
    return PushFilters(
        company=company,
        status=_status(asked["status"]),
        connection=_connection(asked["connectionId"]),
        data_type=asked["dataType"],
        cause=asked["cause"],
        words=asked["words"],
        since=_moment("since", asked["since"]),
    )


def _status(text: str) -> PushStatus | None:
    words = {member.value: member for member in PushStatus}
    if text and text not in words:
        raise HttpError(HTTPStatus.BAD_REQUEST, f"status must be one of {', '.join(words)}.")
    return words.get(text)


def _connection(text: str) -> str:
    try:
        return str(UUID(text.strip())) if text else ""
    except ValueError:
        raise HttpError(HTTPStatus.BAD_REQUEST, "connectionId must be a connection's id.") from None


def _moment(name: str, text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
        return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None
    except ValueError:
        example = "a date such as 2026-01-31"
        raise HttpError(HTTPStatus.BAD_REQUEST, f"{name} must be {example}.") from None
