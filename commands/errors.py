"""How each error of a command is told: one sentence, and an exit code."""

from temporalio.service import RPCError
from typer.exceptions import TyperException

from codat.errors import CodatError, CodatRefused
from codat.settings import SettingsError
from codat.validation.schema import UnreadableOptions
from commands.exit_codes import (
    FAILED,
    NO_SUCH_PUSH,
    NO_TEMPORAL,
    OUR_FAULT,
    WRONG_INPUT,
    CommandError,
)
from commands.output import print_note
from dispatch.bulk import NoSuchBulk
from dispatch.connection_errors import AWAY, meaning_of_first_use
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.payloads.storage import PayloadMissing, StorageUnavailable
from dispatch.plans import NoSuchPlan
from dispatch.pushes import InvalidPushRequest, NoSuchPush
from dispatch.retries import StillRunning

_TOLD = (
    ((NoSuchPush, NoSuchBulk, NoSuchPlan), NO_SUCH_PUSH),
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
    ((CodatError, StorageUnavailable, UnreadableOptions), FAILED),
)
"""Errors whose text is a sentence for a person."""


def print_error(error: Exception) -> int:
    """Print the sentence of an error on standard error, and give its exit code."""
    message, code = _explain(error)
    print_note(message, style="red")
    return code


def _explain(error: Exception) -> tuple[str, int]:
    """Give the sentence and the exit code of an error."""
    if isinstance(error, CommandError):
        return str(error), error.code
    if isinstance(error, TyperException):
        message = error.format_message().rstrip(".")
        return f"{message}. See: python starter.py --help", WRONG_INPUT
    if isinstance(error, RPCError):
        return meaning_of_first_use(error) or _refused(error), NO_TEMPORAL
    for kinds, code in _TOLD:
        if isinstance(error, kinds):
            return str(error), code
    return f"This should not have happened: {type(error).__name__}: {error}", OUR_FAULT


def _refused(error: RPCError) -> str:
    reason = error.message.rstrip(".") or error.status.name
    if error.status not in AWAY:
        return f"Temporal refused: {reason}."
    return f"Temporal does not answer ({reason}). What was started goes on; ask again later."
