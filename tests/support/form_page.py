"""A page around the form, as the front door has one, served on a port of the system's choice."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from codat.exact_json import dumps
from codat.validation.validate import validate_record
from gateway.pages.forms.render import STATIC, record_from_form, render_form

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A record</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/form.css">
<link rel="stylesheet" href="/static/page.css"><script src="/static/form.js" defer></script>
</head><body><main><h1>A record</h1>{}</main></body></html>"""
# Nothing inline: a script out of a label could not run even if it were not escaped.
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'"
TYPES = {".css": "text/css", ".js": "text/javascript"}


class FormPage:
    """Where the pages are, and which records came out of them."""

    def __init__(self, url: str, documents: dict[str, object]) -> None:
        self.url = url
        self.documents = documents
        self.accepted: list[dict[str, object]] = []


@contextmanager
def form_page(documents: dict[str, object]) -> Iterator[FormPage]:
    """Serve a page for each document, at /its-name."""
    page = FormPage("", documents)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, page))
    server.daemon_threads = True
    page.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield page
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, page, *connection):
        self.page = page
        super().__init__(*connection)

    def do_GET(self):
        name = self.path[1:]
        file = STATIC / name.removeprefix("static/")
        if name.startswith("static/") and file.is_file():
            self._answer(file.read_text(), TYPES[file.suffix])
        elif name in self.page.documents:
            self._answer(self._form(render_form(self.page.documents[name])))
        else:
            self._answer("", status=404)

    def do_POST(self):
        page = self.page
        document = page.documents[self.path[1:]]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        record = record_from_form(document, parse_qsl(body, keep_blank_values=True))
        problems = validate_record(document, record)
        if any(problem.severity == "error" for problem in problems):
            self._answer(self._form(render_form(document, record, problems)))
        else:
            page.accepted.append(json.loads(dumps(record)))
            self._answer(PAGE.format("<p id='done'>Accepted.</p>"))

    def _form(self, fields):
        return PAGE.format(
            f"<form method='post' class='record'>{fields}<button>Send</button></form>"
        )

    def _answer(self, text, kind="text/html; charset=utf-8", status=200):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002, the base class's name
        pass
