#!/usr/bin/env bash
# Finding: codat-sync-for-payables uploads what Python prints for a file's bytes, not the bytes.
#
# codat-sync-for-payables 1.2.0, Python 3.11. `bills.upload_attachment` takes the content as bytes.
# It sends two form fields and no file: `content` with the text b'paper', and `requestBody` with the
# file's name. Codat would attach a broken file, so Surepush's front door answers 400.
# Seen: `name="content"`, then `b'paper'`.
# Exit status 1: this version behaves otherwise.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check codat-sync-for-payables==1.2.0
cat > "$place/try.py" <<'PY'
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import codatsyncpayables
from codatsyncpayables.models import operations, shared

bodies = []


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = codatsyncpayables.CodatSyncPayables(
    security=shared.Security(auth_header="Basic S0VZ"),
    server_url=f"http://127.0.0.1:{server.server_port}",
)
body = operations.UploadBillAttachmentRequestBody(b"paper", "a.txt")
client.bills.upload_attachment(
    operations.UploadBillAttachmentRequest(
        company_id="c", connection_id="d", bill_id="b", request_body=body
    )
)
print(bodies[0].decode())
sys.exit(0 if b"b'paper'" in bodies[0] and b"filename=" not in bodies[0] else 1)
PY
timeout 60 "$place/venv/bin/python" "$place/try.py"
