#!/usr/bin/env bash
# Finding: Codat's accounting client reads most data types by company, but seven by connection only.
#
# codat-accounting 0.36.0. Of these there is no list for a whole company, and a record can't be read
# without its connection. Seen, in the paths of the client's own methods:
#   by connection only: accountTransactions, bankAccounts, bankAccounts/{accountId}/bankTransactions,
#                       directCosts, directIncomes, itemReceipts, transfers
# Attachments of all types are read by connection; they are left out here.
# Exit status 1: this version behaves otherwise.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check codat-accounting==0.36.0
cat > "$place/try.py" <<'PY'
import re
from pathlib import Path

import codat_accounting

PATH = re.compile(r"/companies/\{companyId\}/(connections/\{connectionId\}/)?data/([\w/{}]+)")
EXPECTED = {
    "accountTransactions",
    "bankAccounts",
    "bankAccounts/{accountId}/bankTransactions",
    "directCosts",
    "directIncomes",
    "itemReceipts",
    "transfers",
}
by_connection, by_company = set(), set()
for file in Path(codat_accounting.__file__).parent.rglob("*.py"):
    for connection, rest in PATH.findall(file.read_text()):
        kind = re.sub(r"/\{(?!accountId)\w+\}.*$|/\{accountId\}$|/attachments.*$", "", rest)
        (by_connection if connection else by_company).add(kind)
only = by_connection - by_company
print("by connection only:", ", ".join(sorted(only)))
if only != EXPECTED:
    raise SystemExit("This version behaves otherwise.")
PY
"$place/venv/bin/python" "$place/try.py"
