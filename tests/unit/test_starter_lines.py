"""Lines of JSON read as pushes."""

import json
import os

import pytest

from commands.exit_codes import CommandError
from commands.jsonl import EqualLines, RequestReader, count_lines, paced_lines, read_pace
from emulator import seeds

LINE = {
    "companyId": seeds.COMPANY,
    "connectionId": seeds.PROMPT,
    "dataType": "suppliers",
    "data": {"supplierName": "Mill", "amount": 1},
}


def a_line(**fields):
    return json.dumps(LINE | fields).encode()


def request_of_line(line):
    return RequestReader(EqualLines.ONE).read(1, line)[0]


@pytest.mark.parametrize(("text", "gap"), [("5/s", 0.2), ("90/m", 60 / 90), ("0.5/s", 2.0)])
def test_a_pace_is_read_as_the_seconds_between_two(text, gap):
    assert gap == read_pace(text)


@pytest.mark.parametrize("text", ["5", "0/s", "-1/s", "5/d", "nan/s", ""])
def test_a_wrong_pace_gets_one_sentence(text):
    with pytest.raises(CommandError, match="--pace must be such as 5/s"):
        read_pace(text)


def test_a_line_without_a_key_gets_one_of_its_content():
    first = request_of_line(a_line())
    again = request_of_line(a_line(data={"amount": 1.0, "supplierName": "Mill"}))
    other = request_of_line(a_line(data={"supplierName": "Mill", "amount": 2}))

    assert first.push_id == again.push_id
    assert first.push_id != other.push_id


def test_a_lines_own_key_is_kept():
    assert "INV-1" == request_of_line(a_line(idempotencyKey="INV-1")).idempotency_key


def test_a_key_with_a_blank_at_its_end_is_no_key():
    with pytest.raises(ValueError, match="must not begin or end with a blank"):
        request_of_line(a_line(idempotencyKey="INV-1 "))


@pytest.mark.parametrize("line", [b"[]", b"{", b'{"companyId": 1}', b"\xff"])
def test_a_line_that_is_no_push_is_a_value_error(line):
    with pytest.raises(ValueError, match=r"."):
        request_of_line(line)


def test_a_line_that_says_a_thing_twice_is_refused():
    twice = a_line()[:-1] + b', "dataType": "bills"}'

    with pytest.raises(ValueError, match="The member 'dataType' is given more than once"):
        request_of_line(twice)


async def test_blank_lines_are_counted_but_not_given(tmp_path):
    file = tmp_path / "lines"
    file.write_bytes(b"a\n\n  \nb")

    assert [(1, b"a\n"), (4, b"b")] == [one async for one in paced_lines(str(file), 0)]
    assert 2 == count_lines(str(file))


async def test_counting_takes_no_lines_from_a_pipe():
    reading, writing = os.pipe()
    os.write(writing, b"a\nb\n")
    os.close(writing)
    pipe = f"/dev/fd/{reading}"
    counted = count_lines(pipe)
    lines = [one async for one in paced_lines(pipe, 0)]
    os.close(reading)

    assert (None, [(1, b"a\n"), (2, b"b\n")]) == (counted, lines)


def test_a_missing_file_is_told_before_anything_is_sent():
    with pytest.raises(CommandError, match=r"missing\.jsonl can't be read"):
        count_lines("missing.jsonl")
