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
from temporalio.client import WorkflowHandle, WorkflowHistoryEventAsyncIterator

from codat.exact_json import dumps
from codat.turns import in_turn
from dispatch.pushes import Push
from dispatch.timeline.build import build_timeline
from dispatch.timeline.timeline import TimelineEvent
from gateway.dependencies import Dependencies
from gateway.pages.resolve import MAX_WORDS, advice_on, is_unclear
from gateway.rendering import fragment
from gateway.sessions import Session
from gateway.snapshot import PushSnapshot, snapshot_of

EVENTS = "/companies/{companyId}/pushes/{pushOperationKey}/events"
_EVENTS, *_ = compile_path(EVENTS)

_GOING_ON = "The push goes on; this page follows it."
_GAP = timedelta(seconds=1)
_CALM = 0.3
"""Seconds between two changes of a page, at least."""


class Live:
    """Renders the part of a push's page that changes, and streams it."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._dependencies = dependencies

    async def values(
        self, snapshot: PushSnapshot, company: UUID, session: Session
    ) -> dict[str, Any]:
        """Give what the page of a push shows."""
        outcome = snapshot.outcome
        timeline = await build_timeline(snapshot.push)
        return {
            "session": session,
            "company": company,
            "here": f"/companies/{company}/pushes/{snapshot.push.push_id}",
            "push_id": snapshot.push.push_id,
            "status": snapshot.status.value,
            "message": outcome.message if outcome else _GOING_ON,
            "outcome": outcome,
            "operation": snapshot.operation,
            "reference": snapshot.request.idempotency_key if snapshot.request else None,
            "requested": snapshot.requested,
            "ended": (outcome.completed_on_utc or snapshot.description.close_time)
            if outcome
            else None,
            "remarks": [("Errors", outcome.errors), ("Warnings", outcome.warnings)]
            if outcome
            else [],
            "moments": _with_gaps(timeline.moments),
            "advice": advice_on(snapshot),
            "unclear": is_unclear(snapshot),
            "run": snapshot.description.run_id,
            "first_word": self._dependencies.first_words.of(snapshot.description.run_id),
            "most_words": MAX_WORDS,
        }

    async def fragment(self, values: dict[str, Any]) -> Markup:
        """Render that part."""
        return await in_turn(fragment, "live", **values)

    def stream(self, snapshot: PushSnapshot, company: UUID, session: Session) -> StreamingResponse:
        """Answer with the changing part, each time it has changed, until the push has ended."""
        changes = self._changes(snapshot, company, session)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(changes, media_type="text/event-stream", headers=headers)

    async def _changes(
        self, snapshot: PushSnapshot, company: UUID, session: Session
    ) -> AsyncIterator[str]:
        push, run = snapshot.push, snapshot.description.run_id
        history = _history(push, run)
        while await self._waits(history, session):
            now = await snapshot_of(push, await push.describe())
            # A reset or a long wait ends one run and begins another; the old one has no more news.
            if now.description.run_id != run:
                run = now.description.run_id
                history = _history(push, run)
            values = await self.values(now, company, session)
            html = await self.fragment(values)
            yield f"event: state\ndata: {await in_turn(dumps, html)}\n\n"
            if now.outcome:
                yield "event: end\ndata: {}\n\n"
                return
            await asyncio.sleep(_CALM)

    async def _waits(self, history: WorkflowHistoryEventAsyncIterator, session: Session) -> bool:
        """Wait for news of the push; False when this server is to stop or the session has ended."""
        news = asyncio.ensure_future(history.fetch_next_page())
        ends = [
            asyncio.ensure_future(event.wait())
            for event in (self._dependencies.closing, session.ended)
        ]
        try:
            await asyncio.wait(
                {news, *ends},
                timeout=session.seconds_left,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for task in (*ends, *([] if news.done() else [news])):
                task.cancel()
        is_over = self._dependencies.closing.is_set() or session.ended.is_set()
        if not news.done() or news.cancelled() or is_over:
            return False
        news.result()
        return True


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
    return scope["method"] == "GET" and _EVENTS.fullmatch(scope["path"]) is not None


def _history(push: Push, run_id: str) -> WorkflowHistoryEventAsyncIterator:
    run: WorkflowHandle[Any, Any] = push.client.get_workflow_handle(push.workflow_id, run_id=run_id)
    return run.fetch_history_events(wait_new_event=True)
