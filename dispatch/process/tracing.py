"""Traces of a push across processes, where OTEL_EXPORTER_OTLP_ENDPOINT says who wants them.

The variables are OpenTelemetry's own. Spans tell ids, routes and statuses, never contents.
"""

import os
import time
from collections.abc import Sequence
from http import HTTPStatus
from importlib import import_module
from typing import Any

from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer

from codat.observer import RequestEvent, RequestObserver
from codat.settings import SettingsError

SWITCHES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def tracer_of(service: str) -> Tracer | None:
    """Give the tracer of a process, or None; SettingsError where the extra `tracing` is missing.

    What has not been sent yet is sent when the process ends.
    """
    if not any(os.environ.get(name) for name in SWITCHES):
        return None
    os.environ.setdefault("OTEL_SERVICE_NAME", service)
    try:
        return import_module("dispatch.process.spans").exporting().get_tracer("surepush")
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"{SWITCHES[0]} is set, and {error.name} is not installed: pip install '.[tracing]'."
        ) from error


def interceptors_of(tracer: Tracer | None) -> Sequence[Any]:
    """Give what makes a client, and the workers on it, hand a trace on; nothing without a tracer.

    It writes a header into what is started, and so costs no action and no event of a history.
    """
    if tracer is None:
        return []
    # The SDK's module needs the extra.
    return [import_module("temporalio.contrib.opentelemetry").TracingInterceptor(tracer)]


def observed(on_request: RequestObserver, tracer: Tracer | None) -> RequestObserver:
    """Have each request to Codat told as a span, too."""
    if tracer is None:
        return on_request

    def both(heard: RequestEvent) -> None:
        on_request(heard)
        _span(tracer, heard)

    return both


def _span(tracer: Tracer, heard: RequestEvent) -> None:
    ended = time.time_ns()
    began = ended - int(heard.seconds * 1e9)
    method, _, template = heard.endpoint.partition(" ")
    attributes: dict[str, str | int] = {"http.request.method": method, "url.template": template}
    is_answered = heard.ended.isdecimal()
    if is_answered:
        attributes["http.response.status_code"] = int(heard.ended)
    span = tracer.start_span(
        heard.endpoint, kind=SpanKind.CLIENT, attributes=attributes, start_time=began
    )
    if not is_answered or int(heard.ended) >= HTTPStatus.BAD_REQUEST:
        span.set_attribute("error.type", heard.ended)
        span.set_status(Status(StatusCode.ERROR))
    span.end(ended)
