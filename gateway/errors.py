"""What the front door refuses, told in the shape of Codat's own errors."""

import logging
import re
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from temporalio.service import RPCError

from codat.errors import CodatError, CodatRefused, CodatThrottled
from codat.exact_json import dumps
from codat.validation.schema import UnreadableOptions
from dispatch.connection_errors import AWAY, NOT_LET_IN, meaning_of_first_use
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.payloads.storage import PayloadMissing, StorageUnavailable
from gateway.rendering import page
from surepush_client.payloads import to_plain

log = logging.getLogger("surepush.gateway")

_API = re.compile(
    r"/(companies/[^/]+/(push|connections/[^/]+/(push|options))(/|$)(?!.*/new$)"
    r"|webhooks/|(health|ready|openapi\.json)$)"
)
"""Paths for programs: some of these accept text/html without wanting it. `new` is a form."""

KEY = "idempotencyKey"
"""Where the scope of a request that starts a push keeps its key, given or made."""

HUNG_UP = 499
"""The status in the log of a request whose caller hung up before its end."""

RETRY_AFTER = "5"
"""Seconds after which a busy or lonely front door may be asked again."""


class HttpError(Exception):
    """An answer that is no success: status, one sentence, headers."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class Json(Response):
    """JSON whose numbers keep the digits that the caller wrote; absent is not null."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # noqa: ANN401, JSON is anything
        """Write a model or plain values."""
        return dumps(to_plain(content)).encode()


def away(message: str, **headers: str) -> HttpError:
    """Refuse for now: whoever asks later may succeed."""
    return HttpError(503, message, **{"Retry-After": RETRY_AFTER}, **headers)


def error_body(status: int, message: str, correlation: str) -> dict[str, object]:
    """Give the body of an error, as Codat's API description has it."""
    return {
        "statusCode": status,
        "service": "Surepush",
        "error": message,
        "correlationId": correlation,
        "canBeRetried": "True" if status in {429, 503} else "False",
        "detailedErrorCode": 0,
    }


def refusal_of(error: Exception) -> HttpError:
    """Translate whatever was raised; what nobody foresaw is a 500 that tells nothing."""
    match error:
        case HttpError():
            return error
        case HTTPException():
            return HttpError(error.status_code, str(error.detail), **dict(error.headers or {}))
        case RequestValidationError():
            return HttpError(400, _complaint(error))
        case CodatError() | UnreadableOptions():
            return _codat(error)
        case _:
            message = _lacking(error)
            return (
                away(message)
                if message
                else HttpError(500, "Something went wrong that should not have.")
            )


def _lacking(error: Exception) -> str | None:
    """Say what of ours is away, full or missing; None where it is something else."""
    match error:
        case RPCError() if error.status in NOT_LET_IN:
            return "Temporal does not let the front door in: its key has to be renewed."
        case RPCError() if meaning := meaning_of_first_use(error):
            return meaning
        case RPCError() if error.status in AWAY:
            return "Temporal does not answer; try again soon."
        case TimeoutError():
            return "Temporal does not answer; try again soon."
        case PayloadMissing() | StorageUnavailable() | UndecryptablePayload():
            return str(error)
        case _:
            return None


def answer_to(request: Request, error: Exception) -> Response:
    """Make the answer that an error is, and log what is our fault."""
    refusal = _keyed(refusal_of(error), request.scope.get(KEY))
    correlation = correlation_of(request)
    if refusal.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("Request %s failed", correlation, exc_info=error)
    elif not isinstance(error, HttpError) and refusal.status == HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("Request %s was put off: %s", correlation, refusal.message)
    if "text/html" in request.headers.get("accept", "") and not _API.match(request.url.path):
        values = {"status": refusal.status, "message": refusal.message, "correlation": correlation}
        shown = page("error", refusal.status, **values)
        shown.headers.update(refusal.headers)
        return shown
    body = error_body(refusal.status, refusal.message, correlation)
    return Json(body, refusal.status, headers=refusal.headers)


def quoted(key: str) -> str:
    """Write a key into a header, which holds bytes only."""
    return key.encode().decode("latin-1")


def _keyed(refusal: HttpError, key: str | None) -> HttpError:
    """Say how to repeat a request of which nobody knows whether it started its push."""
    if key is None or refusal.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return refusal
    message = f"{refusal.message} Repeat the request with this answer's Idempotency-Key."
    return HttpError(refusal.status, message, **refusal.headers, **{"Idempotency-Key": quoted(key)})


def correlation_of(request: Request) -> str:
    """Give the id under which a request stands in the log."""
    return request.scope.get("correlation") or uuid4().hex


def install_handlers(app: FastAPI) -> None:
    """See to it that every error leaves in one shape."""

    async def handle(request: Request, error: Exception) -> Response:
        return answer_to(request, error)

    kinds = (HttpError, HTTPException, RequestValidationError, RPCError, TimeoutError, CodatError)
    for kind in (
        *kinds,
        UnreadableOptions,
        PayloadMissing,
        StorageUnavailable,
        UndecryptablePayload,
    ):
        app.add_exception_handler(kind, handle)


class ErrorsMiddleware:
    """ASGI middleware: answers what nobody foresaw, inside of what logs, counts and adds headers.

    Starlette's own answer to an exception leaves outside of all middleware.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:
            if not has_begun:  # nobody reads the answer: it is for the log
                await Response(status_code=HUNG_UP)(scope, receive, send)
        except (HttpError, TimeoutError):
            raise  # the limits around this answer them
        except Exception as error:
            if has_begun:
                raise
            await answer_to(Request(scope), error)(scope, receive, send)


def _complaint(error: RequestValidationError) -> str:
    return (
        "; ".join(
            f"{'.'.join(str(part) for part in detail['loc'][1:]) or 'the request'}: {detail['msg']}"
            for detail in error.errors()
        )
        + "."
    )


def _codat(error: Exception) -> HttpError:
    if isinstance(error, CodatThrottled):
        seconds = int(error.retry_after.total_seconds()) if error.retry_after else 1
        return HttpError(429, str(error), **{"Retry-After": str(max(1, seconds))})
    if isinstance(error, CodatRefused):
        return HttpError(404, str(error))
    return away(f"Codat could not be asked: {error}")
