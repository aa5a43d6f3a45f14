"""What is counted and written down of the front door's requests."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from temporalio.common import MetricMeter

from gateway.auth import CALLER, key_name

log = logging.getLogger("surepush.gateway")

REQUESTS = "gateway_requests"
REQUEST_TIME = "gateway_request_time"
WEBHOOKS = "push_webhooks"

UNTOLD = frozenset({"/health", "/ready"})
"""Asked every few seconds."""


class MetricsMiddleware:
    """ASGI middleware: counts requests by route and status, and writes a line for each."""

    def __init__(self, app: ASGIApp, *, meter: MetricMeter) -> None:
        self._app = app
        self._requests = meter.create_counter(REQUESTS, "Requests that were answered.")
        self._seconds = meter.create_histogram_float(
            REQUEST_TIME, "How long until an answer began.", "seconds"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its line names the push, where it is about one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def send_and_tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell(scope, message["status"], time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, send_and_tell)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = f"{method} {getattr(scope.get('route'), 'path', None) or 'other'}"
        self._requests.add(1, {"route": route, "status": str(status)})
        self._seconds.record(seconds, {"route": route})
        if scope["path"] not in UNTOLD:
            fields = {
                "route": route,
                "key": key_name(scope.get(CALLER)),
                "status": status,
                "seconds": round(seconds, 3),
                "correlation": scope.get("correlation"),
                "push": scope.get("push") or scope.get("path_params", {}).get("pushOperationKey"),
            }
            log.info("%(route)s: %(status)s in %(seconds)s s", fields, extra={"fields": fields})


METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
