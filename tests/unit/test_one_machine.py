"""Time and chance are asked for in one place, so that a simulation can take the machine's."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("activities", "codat", "dispatch", "emulator")
ASKED_HERE = {"codat/clock.py", "emulator/machine.py"}
A_SPAN_HAS_THE_TIME_OF_ITS_EXPORTER = {"dispatch/process/tracing.py"}

FORBIDDEN = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("random", "choice"),
    ("random", "randint"),
    ("random", "random"),
    ("random", "uniform"),
    ("secrets", "token_hex"),
    ("time", "monotonic"),
    ("time", "monotonic_ns"),
    ("time", "perf_counter"),
    ("time", "sleep"),
    ("time", "time"),
    ("time", "time_ns"),
    ("uuid", "uuid1"),
    ("uuid", "uuid4"),
}


def direct_uses(path: Path) -> list[str]:
    uses: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if (node.value.id, node.attr) in FORBIDDEN:
                uses.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value.id}.{node.attr}")
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names if (node.module, alias.name) in FORBIDDEN]
            uses += [f"{path.relative_to(ROOT)}:{node.lineno} {name}" for name in names]
    return uses


def test_nobody_asks_the_machine_directly():
    allowed = ASKED_HERE | A_SPAN_HAS_THE_TIME_OF_ITS_EXPORTER
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]

    found = [
        use
        for path in paths
        if str(path.relative_to(ROOT)) not in allowed
        for use in direct_uses(path)
    ]

    assert found == []


def test_a_direct_use_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.unit.test_one_machine.ROOT", tmp_path)
    file = tmp_path / "one.py"
    file.write_text("import time\nfrom uuid import uuid4\n\ntime.monotonic()\n")

    assert len(direct_uses(file)) == 2
