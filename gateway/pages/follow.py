"""Waiting for news of a workflow while somebody looks at its page."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowHistoryEventAsyncIterator,
)

from codat.exact_json import dumps
from codat.turns import in_turn
from gateway.sessions import Session

CALM = 0.3
"""Seconds between two changes of a page, at least."""

END = "event: end\ndata: {}\n\n"


def history_of(client: Client, workflow_id: str, run_id: str) -> WorkflowHistoryEventAsyncIterator:
    """Follow a run's history from its beginning."""
    run: WorkflowHandle[Any, Any] = client.get_workflow_handle(workflow_id, run_id=run_id)
    return run.fetch_history_events(wait_new_event=True)


async def has_news(
    history: WorkflowHistoryEventAsyncIterator, session: Session, closing: asyncio.Event
) -> bool:
    """Wait for news of a run; False when this server is to stop or the session has ended."""
    news = asyncio.ensure_future(history.fetch_next_page())
    ends = [asyncio.ensure_future(event.wait()) for event in (closing, session.ended)]
    try:
        await asyncio.wait(
            {news, *ends}, timeout=session.seconds_left, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for task in (*ends, *([] if news.done() else [news])):
            task.cancel()
    is_over = closing.is_set() or session.ended.is_set()
    if not news.done() or news.cancelled() or is_over:
        return False
    news.result()
    return True


async def state_event(html: str) -> str:
    """Write the part of a page that has changed as a server-sent event."""
    return f"event: state\ndata: {await in_turn(dumps, html)}\n\n"


def event_stream(changes: AsyncIterator[str]) -> StreamingResponse:
    """Answer with server-sent events."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(changes, media_type="text/event-stream", headers=headers)
