"""A consumer of webhooks behind a port of its own."""

import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Consumer:
    """What arrived, in order, and what to answer."""

    def __init__(self) -> None:
        self.arrived = []
        self.status = 200
        consumer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                consumer.arrived.append((dict(self.headers), body))
                self.send_response(consumer.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format, *args):  # noqa: A002  # the name it is called by
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks"

    def wait(self, number, longest=5.0):
        """Give what arrived, as soon as it is this much."""
        end = time.monotonic() + longest
        while len(self.arrived) < number and time.monotonic() < end:
            time.sleep(0.01)
        return self.arrived

    def keys(self):
        """The operations that the arrived messages are about."""
        return [json.loads(body)["payload"]["id"] for _, body in self.arrived]

    def serve(self):
        self._server.serve_forever(poll_interval=0.02)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def consuming():
    """Run a consumer for the length of a block."""
    consumer = Consumer()
    thread = Thread(target=consumer.serve)
    thread.start()
    try:
        yield consumer
    finally:
        consumer.close()
        thread.join()
