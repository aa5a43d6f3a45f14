import copy
import json
import pickle
from decimal import Decimal

import pytest
import simplejson
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.load.worst import RECORDS
from codat import exact_json
from codat.canonical_json import canonical, digest
from codat.exact_json import MAX_LEVELS, MAX_VALUES, Number

SPELLINGS = ["0.1", "1e-7", "12345678901234.56", "0.10", "1E+5", "-0", "-0.00", "1e999999", "100"]
FEW = settings(max_examples=15, deadline=None)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc\U0001f600\\"), inner),
)


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_number_reaches_the_wire_digit_for_digit(text):
    assert f'{{"amount":{text}}}' == exact_json.dumps(exact_json.loads(f'{{"amount": {text}}}'))


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_number_keeps_its_text(text):
    assert text == str(Number(text))


def test_a_number_equals_and_hashes_like_its_decimal():
    assert {Decimal("0.1")} == {Number("0.10"), Number("1e-1"), Decimal("0.1")}


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))]
)
def test_a_copied_number_keeps_its_text(copied):
    assert "0.10" == str(copied(Number("0.10")))


@pytest.mark.parametrize("value", [0.1, 12345678901234.56, Decimal("0.10"), Decimal("1E-7")])
def test_floats_and_decimals_are_written_as_numbers(value):
    assert f"[{value}]" == exact_json.dumps([value])


@pytest.mark.parametrize("text", ["01", "+1", ".5", "1.", "NaN", "", "0x1", "1_000", "\uff11"])
def test_what_json_does_not_call_a_number_is_refused(text):
    with pytest.raises(ValueError, match="no JSON number"):
        Number(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("NaN", "NaN is no JSON number."),
        ("[-Infinity]", "-Infinity is no JSON number."),
        ("[" * 100_000, "The JSON is nested more than 100 levels deep."),
        ("[1,", "The text is not valid JSON: Expecting value (line 1, column 4)."),
        (b'"\xff"', "The text is not valid UTF-8."),
        ('"\ud800"', "The text is not valid UTF-8."),
        (r'"\ud800"', "The text holds half a character (a lone surrogate)."),
        ('[{"a": {"b": 1, "c": 2, "b": 3}}]', "The member 'b' is given more than once."),
        ("1" * 5000, f"The number {'1' * 40}... is too long."),
        ("-1." + "1" * 5000, f"The number -1.{'1' * 37}... is too long."),
        ("1e" + "9" * 30, f"The number 1e{'9' * 30}... is too long."),
    ],
    ids=range(11),
)
def test_unreadable_json_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011, the whole text is compared
        exact_json.loads(text)

    assert sentence == str(refusal.value)


def test_broken_characters_of_an_answer_are_repaired():
    assert ["\ufffd", "\ufffd", "😀", r"\ud83d"] == exact_json.loads(
        b'["\\ud83d", "\xff", "\\ud83d\\ude00", "\\\\ud83d"]', repair=True
    )


def test_of_repeated_members_of_an_answer_the_last_counts():
    assert {"a": 2} == exact_json.loads('{"a": 1, "a": 2}', repeated=True)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity"), {1, 2}, {(1,): 1}, "\ud800"],
)
def test_what_json_cannot_say_is_never_written(value):
    for write in (exact_json.dumps, canonical):
        with pytest.raises(ValueError, match=r"^The record .*\.$"):
            write([value])


def test_a_record_without_end_is_refused():
    endless: list = []
    endless.append(endless)

    for write in (exact_json.dumps, canonical):
        with pytest.raises(ValueError, match=r"^The record .*\.$"):
            write(endless)


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_a_hundred_levels_are_read_and_no_more(opening, closing):
    def nested(inner, levels):
        return exact_json.loads(opening * levels + inner + closing * levels)

    assert MAX_LEVELS == exact_json.extent(nested("1", 100))[0]
    assert MAX_LEVELS < exact_json.extent(nested("{}", 100))[0]
    assert MAX_LEVELS < exact_json.extent(nested("1", 900))[0]


@pytest.mark.parametrize(
    ("text", "values"),
    [("1", 1), ("[]", 1), ("[[],{}]", 3), ('{"a":[1,null,"x"],"b":{"c":2}}', 7)],
)
def test_all_values_are_counted(text, values):
    assert values == exact_json.extent(exact_json.loads(text))[1]


@pytest.mark.parametrize("one", ["1", "[]", '{"a":1}', '"\\\\"'])
def test_text_of_too_many_values_is_refused_before_it_is_read(one):
    text = f"[{','.join([one] * MAX_VALUES)}]"

    with pytest.raises(ValueError, match=r"^It has more than 100000 values\.$"):
        exact_json.loads(text, most_values=MAX_VALUES)
    assert exact_json.loads(text)


@pytest.mark.parametrize("text", [",[{" * 50_000, '\\"' * 200_000, "\\" * 200_000])
def test_what_stands_in_texts_is_no_value(text):
    assert [text] == exact_json.loads(json.dumps([text]), most_values=10)


def test_a_text_that_does_not_end_is_no_json():
    with pytest.raises(ValueError, match="Unterminated string"):
        exact_json.loads('["' + ',\\"' * 200_000 + "\\", most_values=10)


def test_spellings_of_one_record_share_a_digest():
    spellings = ["1", "1.0", "1.00", "1e0", "10e-1", "0.1E1"]

    assert 1 == len(
        {digest({"b": Number(text), "a": 0}) for text in spellings}
        | {
            digest({"a": Decimal(0), "b": 1.0}),
            digest({"a": 0.0, "b": 1}),
        }
    )


@pytest.mark.parametrize(
    "other", [True, "1", Number("1.0000000000000000000001"), -1, None, [1], 10]
)
def test_different_values_have_different_digests(other):
    assert digest(1) != digest(other)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (10**400, "1e400"),
        (Number("10e999998"), "1e999999"),
        (-5 * 10**20, "-5e20"),
        (1e300, "1e300"),
    ],
)
def test_huge_numbers_are_written_by_value(number, text):
    assert text == canonical(number)


def test_a_huge_exponent_is_never_written_out():
    assert '{"a":1e999999,"b":-1e-99999}' == canonical(
        {"b": Number("-10.0e-100000"), "a": Number("1e999999")}
    )


@FEW
@given(JSON)
def test_any_json_survives_writing_and_reading(value):
    written = exact_json.dumps(value)

    assert written == exact_json.dumps(exact_json.loads(written))


@FEW
@given(JSON)
def test_reading_does_not_change_the_digest(value):
    assert digest(value) == digest(exact_json.loads(exact_json.dumps(value)))


@FEW
@given(JSON)
def test_in_pieces_the_same_text_is_written(value):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact_json, "_PIECE", 2)
        patch.setattr("codat.turns.SMALL", 8)
        in_pieces = exact_json.dumps(value)

    assert in_pieces == exact_json.dumps(value)
    assert value == json.loads(in_pieces)


@pytest.mark.parametrize("text", RECORDS.values(), ids=RECORDS)
def test_the_largest_record_is_never_written_in_one_go(text, monkeypatch):
    sizes = []
    written = simplejson.JSONEncoder.encode

    def encode(encoder, value):
        sizes.append(exact_json.extent(value)[1])
        return written(encoder, value)

    monkeypatch.setattr(simplejson.JSONEncoder, "encode", encode)
    exact_json.dumps(exact_json.loads(text))

    assert 2000 > max(sizes)
