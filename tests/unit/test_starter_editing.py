"""A record in the operator's editor, which is a program of the test's."""

import shlex
import sys
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from codat.models import PushStatus
from commands import edit_retry
from commands.editor import edit
from commands.exit_codes import CommandError
from tests.support.cluster import a_request
from tests.support.option_documents import field
from workflows.models import PushOutcome

WANTED = field("Object", properties={"name": field("Object")})


@pytest.fixture(name="editor")
def _editor(monkeypatch, tmp_path):
    """An editor that puts "mended" in the place of "wrong"."""
    program = tmp_path / "editor.py"
    program.write_text(
        "import pathlib, sys\nfile = pathlib.Path(sys.argv[1])\n"
        "text = file.read_text('utf-8').replace('wrong', 'mended')\nfile.write_text(text, 'utf-8')"
    )
    monkeypatch.setenv("VISUAL", shlex.join([sys.executable, str(program)]))


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85"])
def test_a_text_may_hold_what_some_call_the_end_of_a_line(capfd, end):
    record = {"name": "wrong", "memo": f"one{end}// two"}
    mended = edit(record, [f"It was{end}wrong."], lambda _record: [], ask=False)

    assert record | {"name": "mended"} == mended
    assert '+  "name": "mended",' in capfd.readouterr().err


@pytest.fixture(name="mended")
def _mended(monkeypatch, editor):  # noqa: ARG001
    """The record that the editor leaves of a push that was started with a validation."""

    def mend(started_with, given=None):
        request = a_request(data={"name": "wrong"}, validation=started_with)
        outcome = PushOutcome(
            status=PushStatus.FAILED,
            message="Refused.",
            submitted=True,
            requested_on_utc=datetime.now(UTC),
        )

        async def ended(_push_id):
            return request, outcome

        async def options(_target):
            assert "off" not in (started_with, given)
            return WANTED

        monkeypatch.setattr(edit_retry, "_ended", ended)
        monkeypatch.setattr(edit_retry, "current_options", options)
        return edit_retry.edit_and_retry(uuid4(), None, given, ask=False)

    return mend


def test_with_validation_advise_an_edit_may_ignore_a_warning(mended, capfd):
    assert {"name": "mended"} == mended("advise")
    assert "warning: /name: " in capfd.readouterr().err


@pytest.mark.parametrize(("started_with", "given"), [("off", None), ("enforce", "off")])
def test_without_validation_a_mended_record_is_not_judged(mended, started_with, given):
    assert {"name": "mended"} == mended(started_with, given)


@pytest.mark.parametrize(("started_with", "given"), [("enforce", None), ("advise", "enforce")])
def test_an_enforced_verdict_stops_a_mended_record(mended, started_with, given):
    with pytest.raises(CommandError, match="Nothing was retried: /name: "):
        mended(started_with, given)
