"""Exit codes, and the errors that lead to them."""

STARTED = 0
FAILED = 1
WRONG_INPUT = 2
TIMED_OUT = 3
UNKNOWN = 4
NO_TEMPORAL = 5
NO_SUCH_PUSH = 6
OUR_FAULT = 70
INTERRUPTED = 130


class CommandError(Exception):
    """What a command can't do: one sentence for a person, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code
