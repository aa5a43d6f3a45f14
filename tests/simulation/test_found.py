"""What the simulation found in the product: each seed is kept, and goes well now."""

import pytest

from simulation.runner import simulate

FOUND = {
    16: "after a 5xx and an adoption, a push that went on in a new run sent its record again",
    21: "a push that was ended while its first run was not listed was said to have sent nothing",
}


@pytest.mark.parametrize("seed", FOUND, ids=str)
def test_a_seed_that_once_broke_a_promise_goes_well(seed):
    assert simulate(seed).verdict.violations == []
