import io
import json
import os
import sys

import pytest

from codat.exact_json import dumps
from commands.exit_codes import CommandError
from commands.inputs import operator, read_minutes, read_push_id, read_record, read_request

IDS = {
    "companyId": "8a210b68-6988-11ed-a1eb-0242ac120002",
    "connectionId": "2e9d2c44-f675-40ba-8049-353bfcb5e171",
}


def complaint_about(**given):
    with pytest.raises(CommandError) as caught:
        read_request({**IDS, "dataType": "bills", "data": {}, **given})
    return str(caught.value)


def given(text, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(text.encode()))
    monkeypatch.setattr(sys, "stdin", stream)


@pytest.mark.parametrize("text", ["1.5", "-1", "0", "+0", "1e3", "ten", "525601", "9999999999", ""])
def test_minutes_that_are_no_whole_number_name_their_option(text):
    said = complaint_about(timeoutInMinutes=read_minutes(text))

    assert "--timeout-in-minutes must be a whole number of minutes from 1 to 525600." == said


def test_all_that_is_wrong_is_said_at_once_by_option():
    said = complaint_about(companyId="x", connectionId="y", data=[], validation="maybe")

    assert ["--company", "--connection", "--data", "--validation"] == [
        part.split()[0] for part in said.split("; ")
    ]


def test_an_unknown_data_type_lists_those_there_are():
    said = complaint_about(dataType="horses")

    assert said.startswith("--data-type: 'horses' is no data type that can be pushed")
    assert "bills" in said


def test_a_key_longer_than_temporal_can_search_is_refused():
    assert "--idempotency-key must be text of 1 to 255 characters." == complaint_about(
        idempotencyKey="x" * 256
    )


@pytest.mark.parametrize("key", ["INV-1 ", " INV-1", "INV-1\n", "INV-1\u00a0"])
def test_a_key_with_a_blank_at_an_end_is_refused(key):
    said = complaint_about(idempotencyKey=key)

    assert "--idempotency-key: it must not begin or end with a blank or a line break." == said


@pytest.mark.parametrize("key", ["INV\n1", "INV\x7f1", "INV\x001", "INV\u20281", "a\tb"])
def test_a_key_with_a_control_character_is_refused(key):
    said = complaint_about(idempotencyKey=key)

    assert "--idempotency-key: it must hold no control characters." == said


@pytest.mark.parametrize("key", ["INV 1", "INV-1/7", 'a"b', "Rechnung-ü-☃"])
def test_any_other_text_is_a_key(key):
    asked = read_request({**IDS, "dataType": "bills", "data": {}, "idempotencyKey": key})

    assert key == asked.idempotency_key


@pytest.mark.parametrize("levels", [101, 300])
def test_a_record_that_is_nested_too_deep_is_refused(levels):
    record = 1
    for _ in range(levels):
        record = {"a": record}

    assert "--data: the record may be nested at most 100 levels deep." == complaint_about(
        data=record
    )


def test_a_data_type_longer_than_temporal_can_search_is_refused():
    said = complaint_about(dataType=f"bankAccounts/{'x' * 3000}/bankTransactions")

    assert "--data-type: it must be text of at most 255 characters." == said


def test_a_record_over_a_mebibyte_is_refused():
    said = complaint_about(data={"note": "x" * 1024 * 1024})

    assert said.startswith("--data: the record may have at most 1048576 bytes")


def test_a_file_far_over_a_mebibyte_is_not_even_read(tmp_path):
    (tmp_path / "huge.json").write_bytes(b" " * 5 * 1024 * 1024)
    with pytest.raises(CommandError, match="at most 1048576 bytes"):
        read_record(str(tmp_path / "huge.json"))


def test_numbers_of_a_record_keep_their_digits(tmp_path):
    text = '{"a":0.10,"b":1e-7,"c":12345678901234.56}'
    (tmp_path / "record.json").write_text(text)

    assert text == dumps(read_record(str(tmp_path / "record.json")))


def test_a_record_is_read_from_standard_input(monkeypatch):
    given('{"name": "Fuel"}', monkeypatch)

    assert {"name": "Fuel"} == read_record("-")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not valid JSON"),
        ("[1,", "not valid JSON"),
        ('{"a": 1, "a": 2}', "The member 'a' is given more than once"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ('{"a": "\\ud800"}', "half a character"),
        ("[" * 100_000, "nested more than 100 levels deep"),
    ],
)
def test_what_is_no_json_is_refused_in_a_sentence(monkeypatch, text, reason):
    given(text, monkeypatch)
    with pytest.raises(CommandError, match=reason) as caught:
        read_record("-")

    assert str(caught.value).startswith("--data: standard input holds no record")


@pytest.mark.parametrize("place", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path, place):
    with pytest.raises(CommandError, match=r"^--data: .*can't be read") as caught:
        read_record(str(tmp_path / place))

    assert str(tmp_path) in str(caught.value)


def test_a_push_is_found_by_its_own_id_and_by_its_workflow_id():
    push_id = IDS["companyId"]

    assert read_push_id(push_id) == read_push_id(f"push-{push_id}")


def test_a_push_id_that_is_none_is_refused():
    with pytest.raises(CommandError, match="PUSH_ID must be a UUID"):
        read_push_id("nonsense")


def test_a_request_carries_what_was_given():
    request = read_request({**IDS, "dataType": "accounts", "data": {"name": "Fuel"}})

    assert ("chartOfAccounts", {"name": "Fuel"}) == (request.data_type, request.data)
    assert json.loads(request.model_dump_json())


def test_who_has_no_name_is_called_by_number(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)

    assert "uid 4000000000" == operator()
