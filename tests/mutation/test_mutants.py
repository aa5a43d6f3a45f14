"""The mutants are where the code is: a device that was rewritten takes its mutant along."""

import subprocess
import sys
from functools import cache
from pathlib import Path

from simulation.mutants import LATER_KINDS, PLANS, PUT_BACK, READS
from tests.mutation import (
    clocks,
    evidence,
    matching,
    operators,
    proof,
    protocol,
    reading,
    sizes,
    time,
    twins,
)

ROOT = Path(__file__).parents[2]
MODULES = (clocks, evidence, matching, operators, proof, protocol, reading, sizes, time, twins)
ALL = tuple(mutant for module in MODULES for mutant in module.MUTANTS)
SIMULATED = (*LATER_KINDS, *PLANS, *READS, *PUT_BACK)


@cache
def text_of(path):
    return (ROOT / path).read_text()


def test_each_device_stands_where_its_mutant_looks_for_it():
    known = (*ALL, *SIMULATED)

    assert [] == [mutant.name for mutant in known if text_of(mutant.path).count(mutant.device) != 1]


def test_each_mutant_is_code_that_can_run(tmp_path):
    for number, mutant in enumerate((*ALL, *SIMULATED)):
        text = text_of(mutant.path).replace(mutant.device, mutant.instead)
        (tmp_path / f"{number}.py").write_text(f"# {mutant.name}\n{text}")
    command = ("-m", "ruff", "check", "--isolated", "--select", "F821,F823", str(tmp_path))
    checked = subprocess.run(
        [sys.executable, *command], check=False, capture_output=True, text=True
    )

    assert 0 == checked.returncode, checked.stdout


def test_each_mutant_names_tests_that_there_are():
    named = {test for mutant in ALL for test in mutant.tests}

    assert [] == sorted(test for test in named if not is_there(test))


def is_there(test):
    path, _, name = test.partition("::")
    return f"def {name.partition('[')[0]}" in text_of(path)
