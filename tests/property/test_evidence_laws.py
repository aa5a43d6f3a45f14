"""Whatever the records are, the verdicts on them keep the rules."""

import copy
import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from activities.evidence import CLOCK_MARGIN, ReadContext, RecordVerdict, judge_record
from emulator.rewrites import WAYS
from emulator.rewrites import rewritten as rewritten_by_the_emulator
from tests.corpus.bases import example_bases
from tests.corpus.fields import NUMBERS
from tests.corpus.rewriting import HABITS, rewritten
from tests.corpus.twins import SOFT, TWINS, renumber, twin_of
from tests.property.test_matching_rewritten import sent_records

OURS, NOT_OURS, UNCLEAR = RecordVerdict
REQUESTED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NEW = {"id": "77", "sourceModifiedDate": "2026-03-02T10:00:03Z"}

seeds = st.integers(0, 10**6)
habits = st.sets(st.sampled_from(sorted(HABITS)))
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["lineItems", "id", "accountRef", "note", "x"]), inner)
    ),
    max_leaves=12,
)


def base_of(seed):
    return next(example_bases(random.Random(seed)))[0]


def platform_record(base, chosen, seed):
    ordered = [name for name in HABITS if name in chosen]
    return rewritten(base.record, base.data_type, ordered, str(seed)) | NEW


def verdict(sent, read, data_type="bills", **more):
    context = ReadContext(data_type=data_type, requested_at=REQUESTED, **more)
    return judge_record(sent, read, context).verdict


@given(seeds, habits)
def test_what_a_platform_makes_of_ours_is_never_another(seed, chosen):
    base = base_of(seed)

    assert NOT_OURS is not verdict(base.record, platform_record(base, chosen, seed), base.data_type)


@given(sent_records(), st.sets(st.sampled_from(sorted(WAYS))))
def test_odd_records_that_were_rewritten_are_never_another(sent, ways):
    shown = rewritten_by_the_emulator(sent, ways, "00017")

    assert NOT_OURS is not verdict(sent, shown | NEW)


@given(seeds, habits, st.sampled_from(sorted(TWINS)))
def test_a_near_twin_is_never_ours(seed, chosen, kind):
    base = base_of(seed)
    twin = twin_of(base.record, kind, base.platform, random.Random(seed))
    if twin and kind in SOFT:
        renumber(twin, random.Random(seed))
    if twin and twin != base.record:
        shown = platform_record(base._replace(record=twin), chosen, seed)

        assert OURS is not verdict(base.record, shown, base.data_type)


@given(seeds, habits, st.integers(1, 10**7))
def test_what_is_older_than_our_request_is_never_ours(seed, chosen, seconds):
    base = base_of(seed)
    older = REQUESTED - CLOCK_MARGIN - timedelta(seconds=seconds)
    dates = {"sourceModifiedDate": older.isoformat()}
    shown = platform_record(base, chosen, seed) | dates

    for unique in (None, *(f"/{name}" for name in base.record)):
        assert NOT_OURS is verdict(base.record, shown, base.data_type, unique_field=unique)


@given(seeds, habits)
def test_what_another_operation_names_is_never_ours(seed, chosen):
    base = base_of(seed)
    shown = platform_record(base, chosen, seed)

    for unique in (None, *(f"/{name}" for name in base.record)):
        assert NOT_OURS is verdict(
            base.record, shown, base.data_type, unique_field=unique, is_named_by_another=True
        )


@given(seeds, habits)
def test_an_equal_unique_field_of_a_new_record_is_ours(seed, chosen):
    base = base_of(seed)
    shown = platform_record(base, chosen - {"own number"}, seed)

    for name in NUMBERS.keys() & base.record.keys():
        assert OURS is verdict(base.record, shown, base.data_type, unique_field=f"/{name}")


@given(seeds, habits, st.sampled_from(sorted(TWINS)), st.text())
def test_a_unique_field_that_differs_changes_no_verdict(seed, chosen, kind, number):
    base = base_of(seed)
    twin = twin_of(base.record, kind, base.platform, random.Random(seed)) or base.record
    for name in NUMBERS.keys() & base.record.keys():
        shown = platform_record(base._replace(record=twin), chosen, seed)
        shown[name] = number if number != base.record[name] else "other"
        without = verdict(base.record, shown, base.data_type)

        assert without is verdict(base.record, shown, base.data_type, unique_field=f"/{name}")


@given(seeds, habits, st.sampled_from(sorted(TWINS)), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_verdict(seed, chosen, kind, chance):
    base = base_of(seed)
    twin = twin_of(base.record, kind, base.platform, random.Random(seed)) or base.record
    shown = platform_record(base._replace(record=twin), chosen, seed)

    expected = verdict(base.record, shown, base.data_type)
    assert expected is verdict(base.record, shuffled(shown, chance), base.data_type)
    assert expected is verdict(shuffled(base.record, chance), shown, base.data_type)


def shuffled(record, chance):
    made = copy.deepcopy(record)
    for value in made.values():
        if isinstance(value, list):
            chance.shuffle(value)
    return made


@given(seeds, habits, st.timedeltas(timedelta(seconds=1), timedelta(days=9)))
def test_a_reading_that_began_too_early_proves_nothing(seed, chosen, early):
    base = base_of(seed)
    over = REQUESTED + timedelta(hours=1)
    times = {"refresh_began": over - early, "operation_over": over}

    assert UNCLEAR is verdict(
        base.record, platform_record(base, chosen, seed), base.data_type, **times
    )


@given(junk, junk, st.none() | st.text().map("/{}".format))
def test_any_json_is_judged(sent, shown, unique):
    assert verdict(sent, shown, unique_field=unique) in set(RecordVerdict)


@given(st.dictionaries(st.text(max_size=3), junk), st.dictionaries(st.text(max_size=3), junk))
def test_records_of_unknown_shape_are_never_another(sent, shown):
    assert NOT_OURS is not verdict(sent, shown | NEW)
