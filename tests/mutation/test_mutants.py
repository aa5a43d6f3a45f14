"""The mutants are where the code is: a device that was rewritten takes its mutant along."""

from pathlib import Path

import pytest

from tests.mutation import clocks, evidence, matching, proof, protocol, sizes, time

ROOT = Path(__file__).parents[2]
MODULES = (clocks, evidence, matching, proof, protocol, sizes, time)
ALL = tuple(mutant for module in MODULES for mutant in module.MUTANTS)


@pytest.mark.parametrize("mutant", ALL, ids=lambda one: one.name)
def test_each_device_stands_where_its_mutant_looks_for_it(mutant):
    assert 1 == (ROOT / mutant.path).read_text().count(mutant.device)


@pytest.mark.parametrize("mutant", ALL, ids=lambda one: one.name)
def test_each_mutant_names_tests_that_there_are(mutant):
    for test in mutant.tests:
        path, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}" in (ROOT / path).read_text()
