"""`die_with_parent.py PARENT COMMAND...` becomes the command, which dies with its parent."""

import ctypes
import os
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux; it outlives exec. Other systems have none, and end nothing."""


def main(parent: int, command: list[str]) -> None:
    """Tie this process to its parent, which may have died before it was tied."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606, the stack's own commands


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
