"""A record in the operator's editor, which is a program of the test's."""

import shlex
import sys

import pytest

from commands.editing import edit


@pytest.fixture(name="mending")
def _mending(monkeypatch, tmp_path):
    """An editor that puts "mended" in the place of "wrong"."""
    program = tmp_path / "editor.py"
    program.write_text(
        "import pathlib, sys\nfile = pathlib.Path(sys.argv[1])\n"
        "text = file.read_text('utf-8').replace('wrong', 'mended')\nfile.write_text(text, 'utf-8')"
    )
    monkeypatch.setenv("VISUAL", shlex.join([sys.executable, str(program)]))


@pytest.mark.usefixtures("mending")
@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85"])
def test_a_text_may_hold_what_some_call_the_end_of_a_line(capfd, end):
    record = {"name": "wrong", "memo": f"one{end}// two"}
    mended = edit(record, [f"It was{end}wrong."], lambda _record: [], ask=False)

    assert record | {"name": "mended"} == mended
    assert '+  "name": "mended",' in capfd.readouterr().err
