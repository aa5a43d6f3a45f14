"""How a request has to be written: its path and the encoding of its body."""

import re
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.errors import HttpError

_ENCODED = re.compile(rb"(?:[^%]|%[0-9A-Fa-f]{2})*")


class RequestSyntaxMiddleware:
    """ASGI middleware: refuses what would be read as something else than was meant."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; Refusal 400, 404, 415."""
        if scope["type"] == "http":
            _check_path(scope["raw_path"])
            _check_encoding(Headers(scope=scope).get("content-encoding", "identity"))
        await self._app(scope, receive, send)


def _check_path(raw: bytes) -> None:
    try:
        is_encoded = _ENCODED.fullmatch(raw) and unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        is_encoded = False
    if not is_encoded:
        raise HttpError(400, "The path is not percent-encoded UTF-8: encode each id in it.")
    if len(raw) > 1 and raw.endswith(b"/"):
        raise HttpError(404, "There is nothing under a path with a slash at its end: leave it out.")


def _check_encoding(encoding: str) -> None:
    if encoding.strip().lower() not in {"", "identity"}:
        raise HttpError(
            415,
            f"Content-Encoding {encoding[:40]} is not understood. Send the body uncompressed.",
            **{"Accept-Encoding": "identity"},
        )
