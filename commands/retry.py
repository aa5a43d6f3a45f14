"""`retry`: ask again for one push that did not succeed."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import ValidationError

from commands.edit_retry import edit_and_retry
from commands.exit_codes import STARTED, WRONG_INPUT, CommandError
from commands.inputs import (
    name_options,
    operator,
    read_minutes,
    read_push_id,
    read_record,
    refuse_empty,
)
from commands.output import print_note
from commands.push import Json, print_started, until_interrupted
from commands.push_status import exit_code_of, fetch_status, print_status, reach_temporal
from commands.status import PushId
from dispatch.pushes import Push, find_push
from dispatch.retries import StillRunning, retry_push
from workflows.input_errors import sentence_of
from workflows.models import PushOutcome, Resolution

_DECIDING = ("start", "recall", "find-submission")
"""Stages in which a person's word on an unclear push has not been taken yet."""

_LOOK_EVERY = 0.3


@dataclass(frozen=True)
class _Wish:
    """What the operator asked for."""

    changes: dict[str, Any]
    settlement: Resolution | None
    wait: bool
    as_json: bool


Data = Annotated[str | None, typer.Option(help="The corrected record; - is stdin.")]
Mode = Annotated[
    str | None, typer.Option(metavar="[enforce|advise|off]", help="Default: as before.")
]
Minutes = Annotated[
    str | None, typer.Option(metavar="N", help="Whole minutes from now; default: as before.")
]
Adopt = Annotated[
    str | None, typer.Option(metavar="OPERATION_KEY", help="This operation belongs to the push.")
]
Reason = Annotated[str | None, typer.Option(help="Why, for the record.")]
Edit = Annotated[
    bool,
    typer.Option("--edit", help="Edit the record in $EDITOR; it is validated before it is sent."),
]
Yes = Annotated[bool, typer.Option("--yes", help="With --edit: don't ask.")]
NotWritten = Annotated[
    bool,
    typer.Option(
        "--not-written",
        help="You checked the accounting software and the record is not there: send it again.",
    ),
]
Force = Annotated[
    bool, typer.Option("--force-update", help="An update overwrites what changed since.")
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the end.")]


def retry(  # noqa: PLR0913, PLR0917, the options of the command
    push_id: PushId,
    data: Data = None,
    validation: Mode = None,
    timeout_in_minutes: Minutes = None,
    adopt: Adopt = None,
    reason: Reason = None,
    *,
    edit: Edit = False,
    yes: Yes = False,
    not_written: NotWritten = False,
    force_update: Force = False,
    wait: Wait = False,
    as_json: Json = False,
) -> int:
    """Retry one push under its id.

    If the push already succeeded, this prints the result. If a request may have been sent, this
    checks Codat before sending again. For many pushes use `bulk`.

    Example: python starter.py retry PUSH_ID --edit --wait
    """
    refuse_empty(
        data=data,
        validation=validation,
        timeout_in_minutes=timeout_in_minutes,
        adopt=adopt,
        reason=reason,
    )
    found = read_push_id(push_id)
    settlement = _settlement(adopt, not_written=not_written)
    record = _record(found, data, settlement, validation, edit=edit, ask=not yes)
    if edit and record is None:
        return STARTED
    changes = {
        "data": record,
        "validation": validation,
        "force_update": force_update or None,
        "timeout_in_minutes": read_minutes(timeout_in_minutes),
        "reason": reason,
    }
    return until_interrupted(found, _retry(found, _Wish(changes, settlement, wait, as_json)))


def _record(  # noqa: PLR0913, the choices of the command
    push_id: UUID,
    data: str | None,
    settlement: Resolution | None,
    validation: str | None,
    *,
    edit: bool,
    ask: bool,
) -> Any | None:  # noqa: ANN401, JSON is anything
    if edit and (data is not None or (settlement and settlement.adopt)):
        raise CommandError("--edit goes with neither --data nor --adopt.", WRONG_INPUT)
    if edit:
        return edit_and_retry(push_id, settlement, validation, ask=ask)
    return None if data is None else read_record(data)


def _settlement(adopt: str | None, *, not_written: bool) -> Resolution | None:
    if adopt and not_written:
        raise CommandError(
            "--adopt and --not-written contradict each other: give one.", WRONG_INPUT
        )
    if adopt is None and not not_written:
        return None
    try:
        key = None if adopt is None else UUID(adopt)
    except ValueError:
        raise CommandError(
            "--adopt must be the key of an operation, a UUID.", WRONG_INPUT
        ) from None
    return Resolution(adopt=key, not_written=not_written, by=operator())


async def _retry(push_id: UUID, wish: _Wish) -> int:
    push = await find_push(await reach_temporal(), push_id)
    try:
        await retry_push(push, settlement=wish.settlement, **wish.changes)
    except StillRunning as error:
        raise CommandError(str(error), WRONG_INPUT) from None
    except ValidationError as error:
        raise CommandError(name_options(sentence_of(error)), WRONG_INPUT) from None
    if wish.wait:
        print_started(push)
        outcome = await push.outcome()
        print_status(push, outcome, as_json=wish.as_json)
        return exit_code_of(outcome)
    current = await fetch_status(push)
    while wish.settlement and not isinstance(current, PushOutcome) and current.stage in _DECIDING:
        await asyncio.sleep(_LOOK_EVERY)
        current = await fetch_status(push)
    print_status(push, current, as_json=wish.as_json)
    return _conclude(push, current, as_json=wish.as_json)


def _conclude(push: Push, current: object, *, as_json: bool) -> int:
    if isinstance(current, PushOutcome):
        return exit_code_of(current)
    if not as_json:
        print_note(f"Watch it: python starter.py wait {push.push_id}")
    return STARTED
