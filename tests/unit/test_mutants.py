"""The mutants are where the code is: a device that was rewritten takes its mutant along."""

from pathlib import Path

import pytest

from tests import mutants, mutants_of_clocks, mutants_of_proof, mutants_of_time

ROOT = Path(__file__).parents[2]
ALL = (
    *mutants.MUTANTS,
    *mutants_of_clocks.MUTANTS,
    *mutants_of_proof.MUTANTS,
    *mutants_of_time.MUTANTS,
)


@pytest.mark.parametrize("mutant", ALL, ids=lambda one: one.name)
def test_each_device_stands_where_its_mutant_looks_for_it(mutant):
    assert 1 == (ROOT / mutant.path).read_text().count(mutant.device)


@pytest.mark.parametrize("mutant", ALL, ids=lambda one: one.name)
def test_each_mutant_names_tests_that_there_are(mutant):
    for test in mutant.tests:
        path, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}" in (ROOT / path).read_text()
