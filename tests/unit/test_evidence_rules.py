"""When a record is new, what a unique field proves, and which twins may hide behind equality."""

import json
from datetime import datetime, timedelta

import pytest

from activities.evidence import CLOCK_MARGIN
from activities.record_age import Age, age_of
from activities.unchanged import TEXT_LIMITS
from codat.validation.sentences import read_rules
from tests.support.evidence_records import (
    BOOKS,
    LINE,
    NEXT_MONTH,
    NOT_OURS,
    OTHER_PARTY,
    OURS,
    RENT,
    REQUESTED,
    UNCLEAR,
    context,
    read,
    verdict,
    with_lines,
)
from tests.support.option_documents import sentences
from tests.support.published_documents import PUBLISHED, published

NUMBER = "/invoiceNumber"


def written(moment):
    return f"{moment.replace(tzinfo=None).isoformat()}Z"


@pytest.mark.parametrize("name", ["sourceModifiedDate", "modifiedDate"])
def test_what_is_older_than_our_request_is_not_ours(name):
    older = written(REQUESTED - CLOCK_MARGIN - timedelta(seconds=1))

    assert NOT_OURS is verdict(read(**{name: older}))
    assert NOT_OURS is verdict(read(**{name: older}), unique_field=NUMBER)


def test_clocks_may_differ_by_a_margin():
    within = written(REQUESTED - CLOCK_MARGIN)

    assert OURS is verdict(read(sourceModifiedDate=within, modifiedDate=within))


@pytest.mark.parametrize(
    ("software", "age"),
    [
        ("2026-03-02T10:00:00Z", Age.NEW),
        ("2026-03-02T12:00:00+02:00", Age.NEW),
        ("2026-03-02T09:59:59Z", Age.OLDER),
        ("2026-03-02T23:00:00", Age.UNCERTAIN),
        ("2026-03-03T00:00:01", Age.NEW),
        ("2026-03-01T22:00:01", Age.UNCERTAIN),
        ("2026-03-01T21:59:59", Age.OLDER),
        ("2026-03-02T00:00:00Z", Age.UNCERTAIN),
        ("2026-03-02", Age.UNCERTAIN),
        ("2026-03-01T00:00:00", Age.UNCERTAIN),
        ("2026-02-28T00:00:00", Age.OLDER),
        ("0001-01-01T00:00:00", Age.UNCERTAIN),
        ("9999-12-31T23:59:59", Age.UNCERTAIN),
        ("yesterday", Age.UNCERTAIN),
        (None, Age.UNCERTAIN),
        (17, Age.UNCERTAIN),
    ],
)
def test_a_time_without_a_zone_or_an_hour_is_a_span(software, age):
    assert age is age_of(BOOKS | {"sourceModifiedDate": software}, REQUESTED)


def test_a_copy_that_is_new_may_be_of_an_old_record():
    assert UNCLEAR is verdict(read(sourceModifiedDate=None))
    assert UNCLEAR is verdict(read(sourceModifiedDate=None), unique_field=NUMBER)


def test_a_record_that_another_operation_names_is_not_ours():
    assert NOT_OURS is verdict(read(), is_named_by_another=True)
    assert NOT_OURS is verdict(read(), is_named_by_another=True, unique_field=NUMBER)


def test_a_deleted_record_is_not_called_ours():
    deleted = read(metadata={"isDeleted": True})

    assert UNCLEAR is verdict(deleted)
    assert UNCLEAR is verdict(deleted, unique_field=NUMBER)


REWRITTEN = read(**with_lines(description="Rent"), dueDate="2026-04-14")


def test_an_equal_unique_field_of_a_new_record_is_ours():
    assert UNCLEAR is verdict(REWRITTEN)
    assert OURS is verdict(REWRITTEN, unique_field=NUMBER)


def test_a_unique_field_that_differs_proves_nothing():
    renumbered = REWRITTEN | {"invoiceNumber": "00017"}
    others = renumbered | NEXT_MONTH | OTHER_PARTY

    assert UNCLEAR is verdict(renumbered, unique_field=NUMBER)
    assert NOT_OURS is verdict(others, unique_field=NUMBER)
    assert UNCLEAR is verdict(renumbered | OTHER_PARTY, unique_field=NUMBER)


@pytest.mark.parametrize("other", ["INV-209", "INV-20931", "inv-2093", "INV 2093", " INV-2093", ""])
def test_equal_after_cutting_or_folding_is_not_equal(other):
    assert UNCLEAR is verdict(REWRITTEN | {"invoiceNumber": other}, unique_field=NUMBER)


@pytest.mark.parametrize("value", ["", "  ", None, True, [], {}])
def test_a_unique_field_needs_a_value(value):
    changed = {"invoiceNumber": value}

    assert UNCLEAR is verdict(REWRITTEN | changed, RENT | changed, unique_field=NUMBER)


@pytest.mark.parametrize("pointer", ["/a~1b/0/c~0d", "/e"])
def test_a_unique_field_may_lie_anywhere(pointer):
    unique = {"a/b": [{"c~d": "X-1"}], "e": 17}

    assert OURS is verdict(REWRITTEN | unique, RENT | unique, unique_field=pointer)


def test_a_unique_field_of_a_contradicting_record_is_unclear():
    assert OURS is verdict(read(**OTHER_PARTY), unique_field=NUMBER)
    assert UNCLEAR is verdict(read(**OTHER_PARTY, **NEXT_MONTH), unique_field=NUMBER)


def test_one_fact_against_hides_no_twin():
    assert UNCLEAR is verdict(read(**NEXT_MONTH))


HIDING = {
    "no number": {"invoiceNumber": None},
    "a short number": {"invoiceNumber": "7"},
    "a number without a digit": {"invoiceNumber": "RENT"},
    "a text as long as a limit": {"note": "x" * 60},
    "a text that a space made one longer": {"note": "x" * 59},
    "a letter that is missing": {"note": "M?ller"},
    "whole amounts": with_lines(unitAmount=840),
}


@pytest.mark.parametrize("change", HIDING.values(), ids=HIDING)
def test_equality_proves_nothing_where_a_twin_may_hide(change):
    assert UNCLEAR is verdict(read(**change), RENT | change)


@pytest.mark.parametrize(
    "more",
    [
        {"description": "Rent of the workshop"},
        {"lineItems": [*RENT["lineItems"], {"unitAmount": 1}]},
        {"lineItems": [line | {"itemRef": {"id": "item-1"}} for line in RENT["lineItems"]]},
        {"lineItems": [*RENT["lineItems"], {}]},
    ],
)
def test_what_was_not_sent_may_be_a_twins(more):
    assert UNCLEAR is verdict(read(**more))


def test_texts_that_changed_places_are_not_unchanged():
    first, second = RENT["lineItems"]
    texts = {"description": second["description"]}, {"description": first["description"]}

    assert UNCLEAR is verdict(read(lineItems=[first | texts[0], second | texts[1]]))


@pytest.mark.parametrize("moment", ["2026-03-01T00:00:00Z", "2026-03-01", "2026-03-01T01:00+01:00"])
def test_a_moment_may_be_written_in_several_ways(moment):
    assert OURS is verdict(read(issueDate=moment))


@pytest.mark.parametrize("data_type", ["payments", "journalEntries", "suppliers", "unknown"])
def test_a_type_without_a_number_of_its_own_is_unclear(data_type):
    assert UNCLEAR is verdict(read(), data_type=data_type)


def test_a_supplier_is_known_by_its_name():
    sent = {"supplierName": "Mill and Sons", "phone": "0155777"}

    assert OURS is verdict(sent | BOOKS, sent, data_type="suppliers")
    assert UNCLEAR is verdict(sent | BOOKS, sent, data_type="customers")


def test_no_published_limit_of_texts_is_missing():
    published("openapi_push.json")
    documents = [json.loads(path.read_text()) for path in (PUBLISHED / "options").glob("*.json")]
    limits = {limit for document in documents for limit in limits_of_texts(document)}

    assert set() == limits - TEXT_LIMITS
    assert len(limits) > 9


def limits_of_texts(document):
    for name, node in document.get("properties", {}).items():
        yield from limits_of_texts(node)
        if name in {"description", "note", "reference"} or name.lower().endswith("name"):
            rules = [rule for text in sentences(node) for rule in read_rules(text, "String")]
            yield from (rule.limit for rule in rules if rule.keyword == "maxLength")


def test_a_line_counts_though_it_is_empty():
    sent = RENT | {"lineItems": [LINE]}

    assert UNCLEAR is verdict(read(lineItems=[LINE, {"tracking": {}}]), sent)


@pytest.mark.parametrize("naive", ["requested_at", "refresh_began", "operation_over"])
def test_times_need_a_zone(naive):
    with pytest.raises(ValueError, match="zone"):
        context(**{naive: datetime(2026, 3, 2)})  # noqa: DTZ001


def test_a_unique_field_is_a_pointer():
    with pytest.raises(ValueError, match="invoiceNumber"):
        context(unique_field="invoiceNumber")
