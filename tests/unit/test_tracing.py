import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from codat.observer import RequestEvent, ignore
from codat.settings import SettingsError
from dispatch.process.spans import exporting
from dispatch.process.tracing import SWITCHES, interceptors_of, observed, tracer_of


@pytest.fixture(name="heard")
def _heard():
    exporter, provider, others = InMemorySpanExporter(), TracerProvider(), []
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    on_request = observed(others.append, provider.get_tracer("test"))

    def heard(one):
        on_request(one)
        assert [one] == others
        (span,) = exporter.get_finished_spans()
        return span

    return heard


@contextmanager
def a_collector():
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_request(self, code="-", size="-"):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


def test_nothing_is_traced_unless_somebody_wants_it(monkeypatch):
    for name in SWITCHES:
        monkeypatch.delenv(name, raising=False)

    assert tracer_of("test") is None
    assert ([], ignore) == (interceptors_of(None), observed(ignore, None))


def test_tracing_names_the_package_that_is_missing(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "test")
    monkeypatch.delitem(sys.modules, "dispatch.process.spans", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    with pytest.raises(SettingsError, match=r"opentelemetry.sdk.trace is not installed"):
        tracer_of("test")


def test_spans_go_to_the_endpoint_without_the_text_of_errors(monkeypatch):
    with a_collector() as (address, received):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        provider = exporting()
        with (
            pytest.raises(ValueError, match="Mill"),
            provider.get_tracer("test").start_as_current_span("a span"),
        ):
            raise ValueError("Mill and Sons")
        provider.shutdown()
    ((path, body),) = received

    assert ("/v1/traces", True, True) == (path, b"a span" in body, b"ValueError" in body)
    assert b"Mill" not in body


def test_a_request_to_codat_is_a_span_of_its_length(heard):
    span = heard(RequestEvent("GET /x", "200", 0.5))

    assert pytest.approx(0.5e9) == span.end_time - span.start_time
    assert ("GET /x", StatusCode.UNSET) == (span.name, span.status.status_code)


@pytest.mark.parametrize("ended", ["429", "CodatUnreachable"])
def test_a_request_that_did_not_succeed_says_why(heard, ended):
    span = heard(RequestEvent("POST /x", ended, 0.5))

    assert (ended, StatusCode.ERROR) == (span.attributes["error.type"], span.status.status_code)
