"""One request and its answer, and the line between not sent and perhaps carried out."""

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

import httpx

from codat.errors import CodatError, CodatLost, CodatTooLarge, CodatUnreachable

# A document of options may list every account and customer of a company.
_LARGEST_BODY = 50_000_000
# Of which that much had come when the time was over: it was too large, not too late.
_LARGE_BODY = 1_000_000
_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class SendGate:
    """The moment before the first byte is written; what `before_send` raises calls it off."""

    def __init__(self, before_send: Callable[[], None] | None) -> None:
        self._before_send = before_send
        self.passed = False
        self.objection: BaseException | None = None

    def arrive(self) -> None:
        """Ask `before_send` once; from its consent on the request counts as sent."""
        if self.passed:
            return
        try:
            if self._before_send:
                self._before_send()
        except BaseException as objection:
            self.objection = objection
            raise
        self.passed = True

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        """Follow httpcore: a connection is there, and the headers are next (not a proxy's)."""
        if event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            self.arrive()


if find_spec("sniffio") is None:
    # httpcore asks for it at each request; what is known to be missing is not searched for again.
    sys.modules["sniffio"] = None  # pyright: ignore[reportArgumentType]


async def exchange(
    http: httpx.AsyncClient,
    request: httpx.Request,
    *,
    moment: SendGate,
    within: timedelta,
) -> tuple[httpx.Response, bytes]:
    """Send and read whole; CodatUnreachable: nothing was sent, CodatLost: it may have been."""
    request.extensions["trace"] = moment.trace
    body = bytearray()
    try:
        async with asyncio.timeout(within.total_seconds()):
            response = await http.send(request, stream=True)
            try:
                await _read(response, body)
                return response, bytes(body)
            finally:
                await response.aclose()
    except CodatError:
        raise
    # Whatever breaks after the first byte, even a bug, leaves the fate of the request open.
    except Exception as error:
        if error is moment.objection:
            raise
        if moment.passed and not isinstance(error, _NEVER_CONNECTED):
            kind = CodatTooLarge if _is_late(error) and len(body) > _LARGE_BODY else CodatLost
            raise kind(
                f"The request was sent, but Codat's answer was lost ({_what(error)})."
            ) from error
        if isinstance(error, httpx.HTTPError | OSError):
            raise CodatUnreachable(
                f"Codat could not be reached ({_what(error)}); nothing was sent."
            ) from error
        raise


async def _read(response: httpx.Response, body: bytearray) -> None:
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _LARGEST_BODY:
            raise CodatTooLarge("Codat's answer was refused: it is larger than 50 MB.")


def _is_late(error: Exception) -> bool:
    return isinstance(error, TimeoutError | httpx.TimeoutException)


def _what(error: Exception) -> str:
    if _is_late(error):
        return "time-out"
    text = " ".join(str(error).split())[:200].rstrip(".")
    return text or type(error).__name__
