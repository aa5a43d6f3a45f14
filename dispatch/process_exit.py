"""How a process that has a client of Temporal ends."""

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn


def end_process(code: int | str) -> NoReturn:
    """End with this exit code; a sentence goes to standard error, and the exit code is 1.

    Threads of the SDK's core enter Python to log. While the interpreter ends, that aborts the
    process (sdk-python#300). So what is registered for the end is run here, and nothing after it.
    """
    if isinstance(code, str):
        if sys.stderr:
            sys.stderr.write(f"{code}\n")
        code = 1
    atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    for stream in (sys.stdout, sys.stderr):
        if stream:  # one that was closed at the start is None
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(code)
