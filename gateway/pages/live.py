"""A push's page while it changes: server-sent events, driven by the push's own history."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup
from starlette.responses import StreamingResponse
from starlette.routing import compile_path
from starlette.types import Scope

from codat.turns import in_turn
from dispatch.timeline.build import build_timeline
from dispatch.timeline.timeline import TimelineEvent
from gateway.dependencies import Dependencies
from gateway.pages.follow import CALM, END, event_stream, has_news, history_of, state_event
from gateway.pages.plans import PLAN_EVENTS
from gateway.pages.resolve import MAX_WORDS, advice_on, is_unclear
from gateway.pages.written import is_stale_refusal, update_link
from gateway.rendering import fragment
from gateway.sessions import Session
from gateway.snapshot import PushSnapshot, snapshot_of

EVENTS = "/companies/{companyId}/pushes/{pushOperationKey}/events"
_EVENTS, *_ = compile_path(EVENTS)
_PLAN_EVENTS, *_ = compile_path(PLAN_EVENTS)

_GOING_ON = "The push goes on; this page follows it."
_FIRST, _LAST = 10, 70
"""Moments of a long push that its page tells: a page has at most 100 KB."""

_GAP = timedelta(seconds=1)


class Live:
    """Renders the part of a push's page that changes, and streams it."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._dependencies = dependencies

    async def values(
        self, snapshot: PushSnapshot, company: UUID, session: Session
    ) -> dict[str, Any]:
        """Give what the page of a push shows."""
        outcome = snapshot.outcome
        moments = _with_gaps((await build_timeline(snapshot.push)).moments)
        names = await self._dependencies.directory.names([company])
        connection = str(snapshot.request.connection_id) if snapshot.request else ""
        return {
            "session": session,
            "company": company,
            "company_name": names.companies.get(str(company), ""),
            "software": names.platforms.get(connection, ""),
            "here": f"/companies/{company}/pushes/{snapshot.push.push_id}",
            "push_id": snapshot.push.push_id,
            "status": snapshot.status.value,
            "message": outcome.message if outcome else _GOING_ON,
            "outcome": outcome,
            "operation": snapshot.operation,
            "reference": snapshot.request.idempotency_key if snapshot.request else None,
            "requested": snapshot.requested,
            "ended": snapshot.description.close_time if outcome else None,
            "remarks": [("Errors", outcome.errors), ("Warnings", outcome.warnings)]
            if outcome
            else [],
            "moments": moments[:_FIRST],
            "left_out": max(len(moments) - _FIRST - _LAST, 0),
            "last_moments": moments[max(_FIRST, len(moments) - _LAST) :],
            "advice": advice_on(snapshot),
            "unclear": is_unclear(snapshot),
            "stale": is_stale_refusal(snapshot),
            "update_link": update_link(snapshot),
            "has_record": snapshot.request is None or snapshot.request.push_kind.carries_record,
            "run": snapshot.description.run_id,
            "first_word": self._dependencies.first_words.of(snapshot.description.run_id),
            "most_words": MAX_WORDS,
        }

    async def fragment(self, values: dict[str, Any]) -> Markup:
        """Render that part."""
        return await in_turn(fragment, "live", **values)

    def stream(self, snapshot: PushSnapshot, company: UUID, session: Session) -> StreamingResponse:
        """Answer with the changing part, each time it has changed, until the push has ended."""
        return event_stream(self._changes(snapshot, company, session))

    async def _changes(
        self, snapshot: PushSnapshot, company: UUID, session: Session
    ) -> AsyncIterator[str]:
        push, run = snapshot.push, snapshot.description.run_id
        history = history_of(push.client, push.workflow_id, run)
        while await has_news(history, session, self._dependencies.closing):
            now = await snapshot_of(push, await push.describe(), self._dependencies.requests)
            # A reset or a long wait ends one run and begins another; the old one has no more news.
            if now.description.run_id != run:
                run = now.description.run_id
                history = history_of(push.client, push.workflow_id, run)
            values = await self.values(now, company, session)
            yield await state_event(await self.fragment(values))
            if now.outcome:
                yield END
                return
            await asyncio.sleep(CALM)


def _with_gaps(
    moments: Sequence[TimelineEvent],
) -> list[tuple[TimelineEvent, timedelta | None]]:
    """Give each moment with the time since the one before it, where that says something."""
    before = [None, *(moment.until or moment.at for moment in moments)]
    gaps = [
        moment.at - last if last else None for moment, last in zip(moments, before, strict=False)
    ]
    return [
        (moment, gap if gap and gap >= _GAP else None)
        for moment, gap in zip(moments, gaps, strict=True)
    ]


def is_stream(scope: Scope) -> bool:
    """Whether a request is for such a stream; it lasts."""
    if scope["method"] != "GET":
        return False
    return any(pattern.fullmatch(scope["path"]) for pattern in (_EVENTS, _PLAN_EVENTS))
