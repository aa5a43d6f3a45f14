"""Files that lines of `push-all` attach: found beside the lines, and checked before anything."""

import hashlib
import json
import os
import re

import pytest

from commands.app import run
from commands.jsonl import RequestReader
from emulator import seeds

LINE = {
    "companyId": seeds.COMPANY,
    "connectionId": seeds.PROMPT,
    "dataType": "bills",
    "kind": "attach",
    "recordId": "7",
    "file": "papers/receipt.pdf",
}


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PUSH_LARGE_DIRECTORY", str(tmp_path))
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "receipt.pdf").write_bytes(b"paper")
    return tmp_path


def a_line(**fields):
    return json.dumps(LINE | fields).encode()


def read(folder, **fields):
    return RequestReader(None, folder).read(1, a_line(**fields))


def test_a_line_names_a_file_beside_it(folder):
    line = read(folder)

    assert {
        "name": "receipt.pdf",
        "contentType": "application/pdf",
        "size": 5,
        "sha256": hashlib.sha256(b"paper").hexdigest(),
    } == line.request.content
    assert line.file
    assert folder / "papers" / "receipt.pdf" == line.file.path


def test_the_key_of_a_file_is_of_its_content(folder):
    first, again = read(folder), read(folder)
    (folder / "papers" / "receipt.pdf").write_bytes(b"other")
    other, named = read(folder), read(folder, contentType="text/plain")

    assert first.request.push_id == again.request.push_id
    assert 3 == len({line.request.push_id for line in (first, other, named)})
    assert named.request.file
    assert "text/plain" == named.request.file.content_type


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"file": "papers/none.pdf"}, r"papers/none\.pdf can't be read: No such file"),
        ({"file": "papers"}, "papers can't be read: it is no file"),
        ({"file": "pipe"}, "pipe can't be read: it is no file"),
        ({"file": ""}, "can't be read: it is no file"),
        ({"file": "a\0b"}, "can't be read: embedded null byte"),
        ({"file": "empty"}, "The file empty is empty"),
        ({"file": "large"}, "The file large has more than the 10 bytes allowed"),
        ({"file": None}, "file is missing"),
        ({"recordId": None}, "recordId is missing"),
        ({"data": {"a": 1}}, "a push that is to attach has no record"),
        ({"dataType": "suppliers"}, "Codat attaches files to"),
        ({"contentType": "paper"}, "contentType"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(folder, monkeypatch, capsys, fields, said):
    monkeypatch.setenv("PUSH_LARGEST_FILE", "10")
    (folder / "empty").touch()
    (folder / "large").write_bytes(b"x" * 11)
    os.mkfifo(folder / "pipe")
    lines = folder / "lines.jsonl"
    lines.write_bytes(b"\n".join([a_line(), a_line(**fields)]))
    code = run(["push-all", str(lines), "--check"])
    printed = capsys.readouterr()
    right, wrong = map(json.loads, printed.out.splitlines())

    assert (2, 1, 2) == (code, right["line"], wrong["line"])
    assert str(read(folder).request.push_id) == right["pushId"]
    assert re.search(said, wrong["error"])
    assert printed.err.splitlines()[-1].endswith("Nothing was started.")


def test_without_a_place_for_files_a_line_is_wrong(folder, monkeypatch):
    monkeypatch.delenv("PUSH_LARGE_DIRECTORY")

    with pytest.raises(ValueError, match="need PUSH_LARGE_DIRECTORY or PUSH_LARGE_BUCKET"):
        read(folder)


def test_a_check_is_not_waited_for(folder, capsys):
    lines = folder / "lines.jsonl"
    lines.write_bytes(a_line())

    assert 2 == run(["push-all", str(lines), "--check", "--wait"])
    assert "--check starts nothing" in capsys.readouterr().err
