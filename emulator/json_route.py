"""Routes of the controls: JSON in, JSON out."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from emulator.errors import EmulatedError
from emulator.store import JsonObject

Endpoint = Callable[[Request], Awaitable[object]]


def json_route(path: str, method: str, endpoint: Endpoint) -> Route:
    """Give a route whose endpoint answers with JSON; what it refuses is an error answer."""

    async def respond(request: Request) -> JSONResponse:
        try:
            return JSONResponse(await endpoint(request))
        except EmulatedError as refused:
            return JSONResponse({"error": str(refused)}, refused.status)
        except (ArithmeticError, KeyError, RecursionError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    return Route(path, respond, methods=[method])


async def json_object(request: Request) -> JsonObject:
    """Read a body that is one JSON object. Raises: EmulatedError 400, ValueError."""
    document: Any = json.loads(await request.body())
    if not isinstance(document, Mapping):
        raise EmulatedError(400, "The body is one JSON object.")
    return dict(cast(Mapping[str, Any], document))
