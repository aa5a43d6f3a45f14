"""The command line as a whole: which commands there are, and how each error is told."""

import sys
from collections.abc import Sequence

import typer
from temporalio.service import RPCError
from typer.exceptions import TyperException

from codat import CodatError, CodatRefused, SettingsError
from codat.validation.schema import UnreadableOptions
from commands.bulk import bulk
from commands.exit_codes import (
    FAILED,
    NO_SUCH_PUSH,
    NO_TEMPORAL,
    OUR_FAULT,
    WRONG_INPUT,
    CommandError,
)
from commands.hold import hold, holds, release
from commands.list_pushes import list_
from commands.options import options, validate
from commands.output import print_note
from commands.push import push
from commands.push_all import push_all
from commands.retry import retry
from commands.show import show
from commands.status import status, wait
from dispatch.bulk import NoSuchBulk
from dispatch.connection_errors import meaning_of_first_use
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.payloads.storage import PayloadMissing, StorageFull
from dispatch.pushes import InvalidPushRequest, NoSuchPush
from dispatch.retries import StillRunning

_HELP = """\
Push records into accounting software, once.

Exit codes: 0 started, or Success when waited for; 1 Failed; 2 wrong usage or input; 3 TimedOut;
4 Unknown; 5 Temporal not reachable; 6 no such push; 130 interrupted (the push goes on).
"""


def build_app() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(help=_HELP, add_completion=False, no_args_is_help=False)
    for command in (
        push,
        push_all,
        status,
        wait,
        show,
        retry,
        bulk,
        hold,
        release,
        holds,
        options,
        validate,
    ):
        app.command()(command)
    app.command("list")(list_)
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; every error is one sentence on standard error."""
    try:
        return int(build_app()(args=arguments, prog_name="starter.py", standalone_mode=False))
    except BrokenPipeError:
        sys.stdout = None
        return FAILED
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001, no traceback ever reaches a caller
        message, code = _explain(error)
    print_note(message, style="red")
    return code


_TOLD = (
    ((NoSuchPush, NoSuchBulk), NO_SUCH_PUSH),
    (
        (
            InvalidPushRequest,
            StillRunning,
            SettingsError,
            UndecryptablePayload,
            PayloadMissing,
            CodatRefused,
        ),
        WRONG_INPUT,
    ),
    ((CodatError, StorageFull, UnreadableOptions), FAILED),
)
"""Errors whose text is a sentence for a person."""


def _explain(error: Exception) -> tuple[str, int]:
    """Give the sentence and the exit code of an error."""
    if isinstance(error, CommandError):
        return str(error), error.code
    if isinstance(error, TyperException):
        message = error.format_message().rstrip(".")
        return f"{message}. See: python starter.py --help", WRONG_INPUT
    if isinstance(error, RPCError):
        refused = f"Temporal refused or did not answer: {error.message.rstrip('.')}."
        return meaning_of_first_use(error) or refused, NO_TEMPORAL
    for kinds, code in _TOLD:
        if isinstance(error, kinds):
            return str(error), code
    return f"This should not have happened: {type(error).__name__}: {error}", OUR_FAULT
