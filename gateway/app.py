"""The front door, put together from its parts."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from gateway.api import push_routes
from gateway.errors import Json, install_handlers
from gateway.forms import STATIC
from gateway.headers import SafeHeaders
from gateway.limits import Limits
from gateway.pages import page_routes
from gateway.parts import Parts
from gateway.visits import NeedsLogin, to_login
from gateway.webhooks import Receiver

_ABOUT = """\
Durable, deduplicated pushes behind Codat's own push API: change the base URL, keep the client.
A push is never written twice and never lost; `Idempotency-Key` (any text) makes repeats of a
request the same push."""


def build_app(parts: Parts) -> FastAPI:
    """Put the front door together."""
    settings = parts.settings
    app = FastAPI(
        title="Surepush",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(SafeHeaders, is_open=not settings.api_keys),
            Middleware(
                Limits, most_requests=settings.most_requests, most_streams=settings.most_streams
            ),
        ],
    )
    install_handlers(app)
    app.add_exception_handler(NeedsLogin, _login)
    app.include_router(push_routes(parts))
    app.include_router(page_routes(parts))
    app.mount("/static", StaticFiles(directory=STATIC))
    receiver = Receiver(parts.temporal, parts.webhooks)
    app.router.routes.extend(receiver.routes(settings.api_keys))
    app.add_api_route("/health", _health, methods=["GET"], include_in_schema=False)
    return app


async def _health(_: Request) -> Json:
    return Json({"status": "ok"})


async def _login(request: Request, _: Exception) -> Response:
    return to_login(request)
