"""What an update would change of a record, and which fields it would leave out."""

from codat.exact_json import loads
from codat.record_difference import difference

STANDS = loads(
    b'{"id": "7", "supplierName": "Mill", "phone": "1", "note": "", "sourceModifiedDate": "x",'
    b' "addresses": [{"line1": "A", "city": "B"}], "total": 1.50, "lines": [1, 2]}'
)


def told(sent):
    found = difference(loads(sent), STANDS)
    changes = [(change.pointer, change.before, change.after) for change in found.changes]
    return changes, found.omitted


def test_changed_and_omitted_fields_are_named():
    changes, omitted = told(b'{"supplierName": "Mills", "addresses": [{"line1": "A"}]}')

    assert [("/supplierName", "Mill", "Mills")] == changes
    assert ["/phone", "/addresses/0/city", "/total", "/lines"] == sorted(
        omitted, key=["/phone", "/addresses/0/city", "/total", "/lines"].index
    )


def test_numbers_are_compared_by_value_and_grown_lists_as_wholes():
    changes, _ = told(b'{"total": 1.5, "lines": [1, 2, 3], "new/field": true}')

    assert ["/lines", "/new~1field"] == [pointer for pointer, *_ in changes]


def test_an_update_that_changes_nothing_says_so():
    found = difference(STANDS, STANDS)

    assert ["The update changes nothing."] == found.sentences
    assert [] == found.omitted


def test_an_update_that_only_omits_fields_changes_something():
    found = difference({"supplierName": "Mill"}, STANDS)

    assert not found.changes_nothing
    assert "No field gets another value." == found.sentences[0]


def test_an_older_moment_of_change_is_told_and_is_no_change():
    found = difference({**STANDS, "sourceModifiedDate": "w"}, STANDS)

    assert found.changes_nothing
    assert "changed after it was read" in found.sentences[-1]
