"""`python -m dispatch.codec_server`: payloads decrypted for Temporal's UI and command line."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

import httpx
import uvicorn
from google.protobuf import json_format
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import StorageDriver

from codat.settings import SettingsError, read_settings
from dispatch.codec_access import Access, CodecSettings
from dispatch.payloads.encryption import BOUND_TO, Encryption, UndecryptablePayload
from dispatch.payloads.keyring import EncryptionSettings
from dispatch.payloads.storage import (
    PayloadMissing,
    StorageUnavailable,
    fetched,
    storage_drivers,
)
from dispatch.process.overview import check_names
from dispatch.settings import DispatchSettings

log = logging.getLogger("surepush.codec")

LOOPBACK = ("127.0.0.1", "localhost")

MAX_BYTES = 32 * 1024 * 1024
"""Of one request; the largest payload that Temporal takes is 2 MiB, 2.7 as base64."""

_HEADERS = ("Authorization", "Authorization-Extras", "Content-Type", "X-Namespace")
"""What the Temporal UI sends."""

_UNSTORED = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_MAX_SAID = 100
_MAX_PLACES = 20


class _Body(BaseModel):
    payloads: list[dict[str, Any]]


Work = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]


def build_codec_server(
    codec: Encryption,
    access: Access,
    settings: CodecSettings,
    drivers: Sequence[StorageDriver] = (),
) -> Starlette:
    """Put the server together from its parts; `drivers` read large payloads."""

    async def download(payloads: Sequence[Payload]) -> list[Payload]:
        return await codec.decode(
            [await fetched(payload, drivers) if drivers else payload for payload in payloads]
        )

    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=["POST"],
        allow_headers=_HEADERS,
        allow_credentials=True,
        allow_private_network=True,
    )
    # Against a page whose name was made to point to this machine.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK)
    return Starlette(
        routes=[
            Route("/encode", _answering(codec.encode, access), methods=["POST"]),
            Route("/decode", _answering(codec.decode, access), methods=["POST"]),
            Route("/download", _answering(download, access), methods=["POST"]),
        ],
        # Outermost what lets a page read a refusal too.
        middleware=[cors, hosts] if settings.is_open else [cors],
        exception_handlers={HTTPException: _refuse},
    )


def _answering(work: Work, access: Access) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        who = await _caller(request, access)
        payloads = await _payloads(request)
        try:
            done = Payloads(payloads=await work(payloads))
        except (PayloadMissing, UndecryptablePayload) as error:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
        except StorageUnavailable as error:
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
        namespace = request.headers.get("x-namespace", "")[:_MAX_SAID]
        path, places = request.url.path, _places(payloads)
        log.info("%s %d payloads of %r for %s%s", path, len(payloads), namespace, who, places)
        return JSONResponse(json_format.MessageToDict(done), headers=_UNSTORED)

    return answer


def _places(payloads: Sequence[Payload]) -> str:
    """Name the workflows that encrypted payloads were made for."""
    bound = sorted(
        {payload.metadata[BOUND_TO] for payload in payloads if BOUND_TO in payload.metadata}
    )
    names = [repr(place.decode(errors="replace")[:_MAX_SAID]) for place in bound[:_MAX_PLACES]]
    return f": {', '.join(names)}" if names else ""


async def _caller(request: Request, access: Access) -> str:
    try:
        who = await access.who(request.headers.get("authorization", ""))
    except (httpx.HTTPError, ValueError) as error:
        log.warning("A login could not be checked: %s", error)
        message = "The login can't be checked: CODEC_USERINFO_URL does not answer as it should."
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, message) from error
    if who is None:
        log.warning("%s was refused to somebody at %s", request.url.path, _address(request))
        message = "The Authorization header shows no key of CODEC_KEYS and no login of CODEC_USERS."
        challenge = {"WWW-Authenticate": "Bearer"}
        raise HTTPException(HTTPStatus.UNAUTHORIZED, message, headers=challenge)
    return who


def _address(request: Request) -> str:
    return request.client.host if request.client else "an unknown address"


async def _payloads(request: Request) -> Sequence[Payload]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            message = f"The body may have at most {MAX_BYTES} bytes."
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    try:
        document = _Body.model_validate_json(bytes(body)).model_dump()
        return json_format.ParseDict(document, Payloads(), ignore_unknown_fields=True).payloads
    except (json_format.ParseError, ValidationError):
        message = 'The body is not {"payloads": [...]} as Temporal writes it.'
        raise HTTPException(HTTPStatus.BAD_REQUEST, message) from None


async def _refuse(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers = {**_UNSTORED, **(error.headers or {})}
    return JSONResponse({"message": error.detail}, error.status_code, headers)


async def main(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; SettingsError."""
    settings, ring = read_settings(CodecSettings), read_settings(EncryptionSettings).encryption_keys
    ours = read_settings(DispatchSettings)
    for row in check_names(os.environ, [CodecSettings]):
        log.warning(row.said)
    drivers = storage_drivers(ours.large_directory, ours.large_bucket)
    if not ring.keys:
        raise SettingsError("PUSH_ENCRYPTION_KEYS is missing: there is nothing to decrypt with.")
    if settings.is_open and host not in LOOPBACK:
        raise SettingsError(f"CODEC_KEYS is missing: without keys {host} is not served.")
    if settings.userinfo_url and not settings.users:
        raise SettingsError("CODEC_USERS is missing: it says whose logins may read.")
    async with httpx.AsyncClient() as http:
        app = build_codec_server(Encryption(ring), Access(settings, http), settings, drivers)
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http="h11",
            ws="none",
            server_header=False,
            access_log=False,
            log_config=None,
        )
        if settings.is_open:
            log.warning("CODEC_KEYS is not set: only this machine is served, without a key")
        await uvicorn.Server(config).serve()


def _arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dispatch.codec_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
    parser.add_argument("--port", type=int, default=8081, help="0 is any free one")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    given = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        asyncio.run(main(given.host, given.port))
    except SettingsError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
