"""A process with a client of Temporal ends before the interpreter's own end, where it may abort."""

import subprocess
import sys

import pytest

from stack.process import ROOT

PROGRAM = """
import atexit, os
from dispatch.process_exit import end_process

class Witness:
    def __del__(self, write=os.write):
        write(1, b"the interpreter came to its end")

witness = Witness()
atexit.register(print, "what was registered ran")
end_process({})
"""
WITH_A_CLIENT = ("starter.py", "dev.py", "worker.py", "gateway/__main__.py", "dispatch/sweep.py")


@pytest.mark.parametrize(
    ("given", "code", "said"), [(3, 3, ""), ("No Temporal.", 1, "No Temporal.\n")]
)
def test_it_runs_what_is_registered_and_nothing_after_it(given, code, said):
    program = PROGRAM.format(repr(given))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (code, "what was registered ran\n", said) == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("program", WITH_A_CLIENT)
def test_each_program_with_a_client_ends_that_way(program):
    source = (ROOT / program).read_text()

    assert "end_process(" in source
    assert "sys.exit(" not in source
