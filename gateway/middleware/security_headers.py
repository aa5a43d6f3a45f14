"""Security headers of every answer, which hosts are served, and who may ask without keys."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import HttpError, answer_to
from gateway.middleware.request_limits import ALWAYS
from gateway.public_url import LOOPBACK, Address

FORWARDED = (
    *("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
    "x-real-ip",
)
"""Headers that a proxy adds: who sends them asks for somebody else."""

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


class SecurityHeadersMiddleware:
    """ASGI middleware: security headers; scheme and hosts as `public` says.

    An open door answers only to this machine's own pages.
    """

    def __init__(self, app: ASGIApp, *, is_open: bool, public: Address | None = None) -> None:
        self._app = app
        self._is_open = is_open
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and put the headers on its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._public:
            scope["scheme"] = self._public.scheme

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers["X-Correlation-Id"] = scope.get("correlation", "")
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        refusal = self._refusal(scope["path"], Headers(scope=scope))
        if refusal:
            await answer_to(Request(scope), refusal)(scope, receive, send_safely)
            return
        await self._app(scope, receive, send_safely)

    def _refusal(self, path: str, headers: Headers) -> HttpError | None:
        if self._is_open and (_is_foreign(headers) or any(name in headers for name in FORWARDED)):
            return HttpError(403, "Without GATEWAY_API_KEYS only this machine may ask.")
        host = headers.get("host", "")
        if self._public and path not in ALWAYS and not self._public.is_host(host):
            return HttpError(421, "The Host header does not name this server (GATEWAY_PUBLIC_URL).")
        return None


def _is_foreign(headers: Headers) -> bool:
    """Tell whether another site's page is asking through a browser on this machine."""
    places = [f"//{headers.get('host', '')}", headers.get("origin")]
    return any(place is not None and _host(place) not in LOOPBACK for place in places)


def _host(place: str) -> str | None:
    try:
        return urlsplit(place).hostname
    except ValueError:
        return None
