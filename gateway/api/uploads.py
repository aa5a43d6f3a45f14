"""Attaching files over HTTP, at Codat's paths: the file goes to disk as it comes."""

import re
import tempfile
from functools import partial
from typing import Any

from fastapi import Request
from starlette.responses import Response
from starlette.types import Scope

from dispatch.attachments import fields_of, with_file
from dispatch.settings import DispatchSettings
from gateway.api import pushes
from gateway.api.multipart import PART_NAMES, MultipartFile
from gateway.dependencies import Dependencies
from gateway.errors import HttpError
from gateway.repeats import fingerprint_of
from surepush_client.files import WrongFile
from workflows.models import PushRequest

_PATH = re.compile(r"/companies/[^/]+/connections/[^/]+/push/[^/]+/.+/attachments?")

FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        name: {"type": "string", "format": "binary"} for name in PART_NAMES[:2]
                    },
                    "minProperties": 1,
                }
            }
        },
    }
}


def is_upload(scope: Scope) -> bool:
    """Whether a request brings a file; it may be large and take long."""
    return scope["method"] == "POST" and _PATH.fullmatch(scope["path"]) is not None


async def upload(dependencies: Dependencies, http: Request, **fields: Any) -> Response:  # noqa: ANN401, path and query
    """Store the file of a request and start its push. Raises: HttpError."""
    with tempfile.TemporaryFile() as file:
        given = http.headers.get("content-type", "")
        reader = MultipartFile(given, file, DispatchSettings().largest_file)
        async for piece in http.stream():
            reader.feed(piece)
        sent = reader.close()
        asked = fields_of(sent.name, sent.content_type)
        request = pushes.checked({**fields, **asked, "idempotency_key": pushes.given_key(http)})
        file.seek(0)

        async def stored(keyed: PushRequest) -> PushRequest:
            try:
                return await with_file(dependencies.temporal, keyed, file)
            except WrongFile as error:
                raise HttpError(501, str(error)) from None

        named = f"{sent.name}\n{sent.content_type}\n{sent.sha256}".encode()
        fingerprint = partial(fingerprint_of, http, named)
        return await pushes.start(
            dependencies, http, request, fingerprint=fingerprint, complete=stored
        )
