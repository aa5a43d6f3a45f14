"""Security headers of every answer, and who may ask when no keys are configured."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import Refusal, answer_to

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_ALWAYS = {
    "Cache-Control": "no-store",
    # Nothing inline: what a platform or a caller wrote can't run even if it were not escaped.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SafeHeaders:
    """ASGI middleware: security headers; an open door answers only to this machine's own pages."""

    def __init__(self, app: ASGIApp, *, is_open: bool) -> None:
        self._app = app
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and put the headers on its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers["X-Correlation-Id"] = scope.get("correlation", "")
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        if self._is_open and _is_foreign(Headers(scope=scope)):
            refusal = Refusal(403, "Without GATEWAY_API_KEYS only this machine may ask.")
            await answer_to(Request(scope), refusal)(scope, receive, send_safely)
            return
        await self._app(scope, receive, send_safely)


def _is_foreign(headers: Headers) -> bool:
    """Tell whether another site's page is asking through a browser on this machine."""
    places = [f"//{headers.get('host', '')}", headers.get("origin")]
    return any(place is not None and _host(place) not in LOOPBACK for place in places)


def _host(place: str) -> str | None:
    try:
        return urlsplit(place).hostname
    except ValueError:
        return None
