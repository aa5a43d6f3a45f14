"""The picture of the demo shows what it printed, and nothing around that."""

from stack.demo_recording import picture, shown

PRINTED = """\
python3 -m venv .venv
.venv/bin/python dev.py demo
  0.0 s  Temporal UI of this run: http://127.0.0.1:41949

│ bills │ Failed │
No record was written twice.

real\t2m24.653s
"""


def test_setup_and_times_are_left_out():
    lines = list(shown(PRINTED.splitlines(keepends=True)))

    assert "$ make demo" == lines[0]
    assert "No record was written twice." == lines[-1]
    assert 4 == len(lines)


def test_the_picture_needs_no_network():
    drawn = picture(PRINTED.splitlines(keepends=True))

    assert "Failed" in drawn
    assert "font-face" not in drawn
