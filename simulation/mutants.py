"""Takes each safety device out in turn, and counts the pushes until the simulation finds it.

`python -m simulation.mutants [--pushes 400] [--seconds 90] [NAME ...]`; `--seconds` bounds the
processor time of each. A seed that is wrong without the mutant, too, counts for nothing.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutation import clocks, evidence, matching, operators, proof, protocol, reading
from tests.mutation.runner import ROOT, Mutant

FOLDERS = (
    "activities",
    "bench",
    "codat",
    "dispatch",
    "emulator",
    "gateway",
    "simulation",
    "surepush_client",
    "workflows",
)
OUTSIDE = "gateway/"
"""What the simulation has no part of."""

LATER_KINDS = (
    Mutant(
        "only creates have keys",
        "workflows/state.py",
        "        return self.policy.idempotency if is_create else Idempotency.IGNORED\n",
        "        return self.policy.idempotency\n",
        (),
    ),
    Mutant(
        "deletions are told by their record",
        "activities/matching_changes.py",
        "    return Match.EQUAL if named and ids else Match.UNCLEAR\n",
        "    return Match.DIFFERENT\n",
        (),
    ),
    Mutant(
        "attached files are told by name and size",
        "activities/attachment_proof.py",
        "    return operation, Match.DIFFERENT if is_another else Match.UNCLEAR\n",
        "    return operation, Match.EQUAL\n",
        (),
    ),
    Mutant(
        "a missing record is no deletion of ours",
        "workflows/kind_words.py",
        "    if not may_be_ours or not _GONE.search(reason):\n",
        "    if not state.request.push_kind.removes or not _GONE.search(reason):\n",
        (),
    ),
)
"""Devices of deletes, attachments and their removal."""

PLANS = (
    Mutant(
        "a step waits for what it needs",
        "workflows/plan/progress.py",
        "all(self._succeeded(before) for before in self._graph[name])",
        "True",
        (),
    ),
    Mutant(
        "what comes after another step waits for it",
        "workflows/plan/graph.py",
        "frozenset([*step.after, *(found",
        "frozenset([*(found",
        (),
    ),
    Mutant(
        "a cancelled plan starts nothing",
        "workflows/plan/workflow.py",
        "            progress.is_cancelled = True\n",
        "            pass\n",
        (),
    ),
    Mutant(
        "a held plan starts nothing",
        "workflows/plan/workflow.py",
        "self._is_hold_wanted, progress.is_held = False, True",
        "self._is_hold_wanted, progress.is_held = False, False",
        (),
    ),
)
"""Devices of plans."""

READS = (
    Mutant(
        "an operation that names a record is not another one",
        "activities/record_proof.py",
        "        is_named = named[record_id] > 1\n",
        "        is_named = named[record_id] > 0\n",
        (),
    ),
    Mutant(
        "an operation without proof is a success only if its record stands",
        "workflows/steps/proof.py",
        "    if found.adopted and found.stands:\n",
        "    if found.adopted:\n",
        (),
    ),
    Mutant(
        "a record is read after the end of its operation",
        "activities/record_proof.py",
        "    return operation.is_over and _over(operation) <= began\n",
        "    return True\n",
        (),
    ),
    Mutant(
        "an unclear verdict is taken for ours only if nothing contradicts",
        "activities/record_proof.py",
        "    if is_open and not evidence.contradictions and compare(sent, read) is Match.EQUAL:\n",
        "    if is_open:\n",
        (),
    ),
    Mutant(
        "a record that nobody names is ours only if it is the only one",
        "activities/record_proof.py",
        "        if len(found) != 1:\n",
        "        if not found:\n",
        (),
    ),
)
"""Devices of reading."""

ALL = (
    *LATER_KINDS,
    *PLANS,
    *READS,
    *operators.MUTANTS,
    *protocol.MUTANTS,
    *clocks.MUTANTS,
    *matching.MUTANTS,
    *proof.MUTANTS,
    *evidence.MUTANTS,
    *reading.MUTANTS,
)

WHERE_READ = frozenset((*READS, *evidence.MUTANTS, *reading.MUTANTS))
"""Devices that only runs in which records are read can miss."""

PUT_BACK = (
    Mutant(
        "adopted, and judged as before",
        "workflows/ledger.py",
        "submission.matched, submission.judgement = operation, True, None",
        "submission.matched = operation, True",
        (),
    ),
    Mutant(
        "a list that lags is trusted",
        "dispatch/closed_runs.py",
        "ledger.unread = ledger.unread or not is_known",
        "pass",
        (),
    ),
)
"""Faults that the simulation has found, as they were."""


def main() -> int:
    """Try the mutants that are named, or all; exit status 1 when one is not found."""
    parser = argparse.ArgumentParser(prog="python -m simulation.mutants", description=__doc__)
    parser.add_argument("--pushes", type=int, default=20_000, help="the most for each mutant")
    parser.add_argument("--seconds", type=int, default=3600, help="the most for each mutant")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    chosen = [
        mutant
        for mutant in (*PUT_BACK, *ALL)
        if mutant.name in given.names or (not given.names and not mutant.path.startswith(OUTSIDE))
    ]
    missed = [mutant.name for mutant in chosen if not _is_found(mutant, given)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} found; not found: {', '.join(missed)}")
    return int(bool(missed))


def _is_found(mutant: Mutant, given: argparse.Namespace) -> bool:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutant-") as place:
        tree = Path(place)
        for folder in FOLDERS:
            shutil.copytree(
                ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__")
            )
        shutil.copy(ROOT / "worker.py", tree)
        mutant.patch(tree)
        bounds = ["--seeds", str(given.pushes // 20), "--seconds", str(given.seconds)]
        reads = ["--reads"] if mutant in WHERE_READ else []
        first = ["--first", str(given.first)]
        found = _simulated(tree, "--until-wrong", *bounds, *first, *reads)
    lines = found.stdout.splitlines() or found.stderr.splitlines()[-1:]
    result = next((line for line in lines if line.startswith("FOUND")), "")
    result = result or f"not in {next((line for line in lines if ' pushes in ' in line), '?')}"
    seed = re.search(r"^seed (\d+) ", found.stdout, re.MULTILINE)
    is_found = bool(seed) and result.startswith("FOUND")
    if seed and is_found and _simulated(ROOT, "--seed", seed[1], *reads).returncode:
        is_found, result = False, f"seed {seed[1]} is wrong without it, too"
    what = next((line.strip() for line in lines if is_found and line.startswith("  ")), "")
    spent = time.monotonic() - begun
    print(f"{mutant.name}: {result.lower()} ({spent:.0f} s). {what}", flush=True)
    return is_found


def _simulated(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulation", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
