"""A corpus of labelled pairs: no verdict is wrong, and what is clearly another is decided."""

from functools import cache

import pytest

from activities.evidence import RecordVerdict
from tests.corpus.pairs import AS_FOUND, HARDEST, corpus
from tests.corpus.table import decided, is_wrong, judged, table
from tests.support.published_documents import published

SEED = 1
SIZE = 2400


@cache
def results_of(circumstances):
    return judged(corpus(SEED, SIZE, published=True, circumstances=circumstances))


@pytest.fixture(params=[HARDEST, AS_FOUND])
def results(request):
    published("openapi_push.json")  # skips where Codat's documents are not beside the repository
    return results_of(request.param)


def test_no_verdict_on_published_records_is_wrong(results):
    assert [] == [pair for pair, evidence in results if is_wrong(pair, evidence)], table(results)


def test_half_of_the_pairs_are_near_twins(results):
    labels = [pair.label.partition(":")[0] for pair, _ in results]

    assert (SIZE / 2, SIZE / 4) == (labels.count("near-twin"), labels.count("ours"))


def test_pairs_that_differ_in_two_facts_are_decided(results):
    assert decided(results, facts=2) >= 0.9, table(results)


def test_as_found_pairs_that_differ_in_a_fact_are_decided():
    published("openapi_push.json")
    results = results_of(AS_FOUND)

    assert decided(results, facts=1) >= 0.9, table(results)


def test_some_of_ours_are_known_by_their_unique_field(results):
    declared = [each for pair, each in results if pair.is_ours and pair.unique_field]

    assert any(each.verdict is RecordVerdict.OURS for each in declared)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("circumstances", [HARDEST, AS_FOUND])
def test_no_verdict_on_the_examples_is_wrong(seed, circumstances):
    results = judged(corpus(seed, 400, published=False, circumstances=circumstances))

    assert [] == [pair for pair, evidence in results if is_wrong(pair, evidence)], table(results)
    assert decided(results, facts=2) >= 0.9, table(results)


def test_a_seed_makes_the_same_corpus():
    assert corpus(7, 40, published=False) == corpus(7, 40, published=False)
