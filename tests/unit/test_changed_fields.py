"""What of a record that was sent reads otherwise where it stands."""

from activities.changed_fields import MAX_VALUE, changed_fields
from codat.exact_json import loads


def told(sent, stands, most=10):
    found, more = changed_fields(loads(sent), loads(stands), most)
    return [(field.pointer, field.sent, field.stands) for field in found], more


def test_fields_that_differ_are_named_and_added_ones_are_not():
    found, more = told(
        b'{"note": "Rent", "lines": [{"unitAmount": 10.125, "taxRateRef": null}]}',
        b'{"id": "7", "note": "Rent May", "lines": [{"unitAmount": 10.13}], "total": 10.13}',
    )

    assert ["/note", "/lines/0/unitAmount"] == [pointer for pointer, *_ in found]
    assert 0 == more


def test_numbers_and_times_are_compared_by_value():
    sent = b'{"total": 10.50, "date": "2026-05-01T00:00:00Z", "due": "2026-05-01"}'
    stands = b'{"total": 10.5, "date": "2026-05-01T00:00:00", "due": "2026-05-01T00:00:00"}'

    assert ([], 0) == told(sent, stands)


def test_the_first_fields_are_kept_and_the_others_counted():
    sent = "{" + ",".join(f'"f{number}": 1' for number in range(7)) + "}"
    found, more = told(sent.encode(), b"{}", most=5)

    assert (5, 2) == (len(found), more)


def test_of_a_long_value_the_beginning_is_kept():
    long = "x" * 5000
    ((_, sent, stands),), _ = told(f'{{"note": "{long}"}}'.encode(), b'{"note": ""}')

    assert MAX_VALUE == len(sent)
    assert not stands


def test_what_is_no_record_has_no_fields():
    assert ([], 0) == changed_fields({"a": 1}, None, 10)


def test_a_difference_is_said_in_words():
    (field,), _ = changed_fields({"note": "Rent"}, {}, 10)

    assert '/note: "Rent" was sent, nothing stands' == field.sentence
