"""Each promise of SECURITY.md names a test or a bench that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text()
PROMISES = TEXT.partition("## What is promised")[2].partition("## What is not promised")[0]
ROWS = [line for line in PROMISES.splitlines() if line.startswith("| ")][2:]


def test_every_promise_names_what_holds_it():
    assert len(ROWS) > 10
    assert [] == [row for row in ROWS if "::" not in row]


def test_every_test_and_bench_that_is_named_is_there():
    named = re.findall(r"`((?:tests|bench)/[\w/]+\.py)(?:::(\w+))?`", PROMISES)
    missing = [
        f"{path}::{name}"
        for path, name in named
        if f"def {name}(" not in (ROOT / path).read_text() and name
    ]

    assert len(named) > len(ROWS)
    assert [] == missing
