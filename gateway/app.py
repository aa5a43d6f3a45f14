"""The front door, put together from its parts."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from dispatch.process.health import Readiness, ready_answer
from gateway.api.attachments import attachment_routes
from gateway.api.plans import plan_routes
from gateway.api.routes import other_write_routes, push_routes
from gateway.api.uploads import is_upload
from gateway.callers import Callers
from gateway.client_reports import ClientReports
from gateway.dependencies import Dependencies
from gateway.errors import ErrorsMiddleware, Json, install_handlers
from gateway.middleware.metrics import MetricsMiddleware
from gateway.middleware.request_limits import RequestLimitsMiddleware
from gateway.middleware.security_headers import SecurityHeadersMiddleware
from gateway.middleware.tracing import TracingMiddleware
from gateway.pages.forms.render import STATIC
from gateway.pages.live import is_stream
from gateway.pages.login import LoginPages, NeedsLogin, to_login
from gateway.pages.plans import plan_page_routes
from gateway.pages.pushes import page_routes
from gateway.pages.updates import update_routes
from gateway.requests import RequestSyntaxMiddleware
from gateway.sessions import Sessions
from gateway.webhooks import Receiver
from gateway.wrong_keys import WrongKeys

_ABOUT = """\
Durable, deduplicated pushes behind Codat's own push API: change the base URL, keep the client.
A push is never written twice and never lost; `Idempotency-Key` (any text) makes repeats of a
request the same push."""

READS = ["GET", "HEAD"]


def _middleware(dependencies: Dependencies, callers: Callers) -> list[Middleware]:
    """Give what every request goes through, the outermost first."""
    settings, tracer = dependencies.settings, dependencies.tracer
    is_open, public = not settings.api_keys, settings.public_url
    return [
        *([Middleware(TracingMiddleware, tracer=tracer)] if tracer else []),
        Middleware(MetricsMiddleware, meter=dependencies.meter),
        Middleware(SecurityHeadersMiddleware, is_open=is_open, public=public),
        Middleware(
            RequestLimitsMiddleware,
            callers=callers,
            settings=settings,
            is_stream=is_stream,
            is_upload=is_upload,
        ),
        Middleware(ErrorsMiddleware),
        Middleware(RequestSyntaxMiddleware),
    ]


def build_app(dependencies: Dependencies) -> FastAPI:
    """Put the front door together."""
    settings, readiness = dependencies.settings, Readiness(dependencies.temporal)
    sessions = Sessions(settings)
    callers = Callers(settings.api_keys, sessions, WrongKeys(settings.most_wrong_keys))
    app = FastAPI(
        title="Surepush",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would send people to whatever Host says
        middleware=_middleware(dependencies, callers),
    )
    install_handlers(app)
    app.add_exception_handler(NeedsLogin, _login)
    app.include_router(attachment_routes(dependencies))
    app.include_router(push_routes(dependencies))
    visits = LoginPages(sessions, callers)
    app.include_router(plan_page_routes(dependencies, visits))
    app.include_router(plan_routes(dependencies))
    app.include_router(page_routes(dependencies, visits))
    app.include_router(update_routes(dependencies, visits))
    app.include_router(other_write_routes(dependencies))
    app.mount("/static", StaticFiles(directory=STATIC))
    reports = ClientReports(
        dependencies.temporal,
        task_queue=dependencies.task_queue,
        tell_quota=dependencies.tell_quota,
    )
    receiver = Receiver(dependencies.temporal, dependencies.webhooks, dependencies.meter, reports)
    app.router.routes.extend(receiver.routes(settings.api_keys))
    app.add_api_route("/health", _health, methods=READS, include_in_schema=False)

    async def ready(_: Request) -> Json:
        stopping = "It is stopping." if dependencies.closing.is_set() else None
        status, answer = ready_answer(stopping or await readiness.trouble())
        return Json(answer, status_code=status)

    app.add_api_route("/ready", ready, methods=READS, include_in_schema=False)
    return app


async def _health(_: Request) -> Json:
    return Json({"status": "ok"})


async def _login(request: Request, _: Exception) -> Response:
    return to_login(request)
