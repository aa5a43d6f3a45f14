"""`retry`: ask again for a push that did not succeed; nothing is ever written twice by it."""

import asyncio
import getpass
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import ValidationError

from commands.asking import how_it_stands, reach_temporal, status_of, tell
from commands.endings import OF_STATUS, STARTED, WRONG_INPUT, CommandError
from commands.looking import PushId
from commands.mending import mend
from commands.push import Json, announce, interrupted
from commands.reading import name_options, read_minutes, read_push_id, read_record
from commands.saying import remark
from dispatch.pushes import Push, find_push
from dispatch.retries import StillRunning, retry_push
from workflows.models import PushOutcome, Settlement, sentence_of

_DECIDING = ("start", "recall", "find-submission")
"""Stages in which a person's word on an unclear push has not been taken yet."""

_LOOK_EVERY = 0.3


@dataclass(frozen=True)
class _Wish:
    """What the operator asked for."""

    changes: dict[str, Any]
    settlement: Settlement | None
    wait: bool
    as_json: bool


def retry(  # noqa: PLR0913, PLR0917, the options of the command
    push_id: PushId,
    data: Annotated[str | None, typer.Option(help="The mended record; - is stdin.")] = None,
    validation: Annotated[
        str | None, typer.Option(metavar="[enforce|advise|off]", help="Default: as before.")
    ] = None,
    timeout_in_minutes: Annotated[
        str | None, typer.Option(metavar="N", help="Whole minutes from now; default: as before.")
    ] = None,
    adopt: Annotated[
        str | None, typer.Option(metavar="OPERATION_KEY", help="This operation is the push.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for the record.")] = None,
    *,
    edit: Annotated[
        bool, typer.Option("--edit", help="Mend the record in $EDITOR; it is checked first.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --edit: don't ask.")] = False,
    not_written: Annotated[
        bool, typer.Option("--not-written", help="You looked: nothing was written.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end.")] = False,
    as_json: Json = False,
) -> int:
    """Retry a push under its id. A success is returned; what may have been sent is asked for.

    Example: python starter.py retry PUSH_ID --edit --wait
    """
    found = read_push_id(push_id)
    settlement = _settlement(adopt, not_written=not_written)
    record = _record(found, data, settlement, edit=edit, ask=not yes)
    if edit and record is None:
        return STARTED
    changes = {
        "data": record,
        "validation": validation,
        "timeout_in_minutes": read_minutes(timeout_in_minutes),
        "reason": reason,
    }
    wish = _Wish(changes, settlement, wait, as_json)
    try:
        return asyncio.run(_retry(found, wish))
    except KeyboardInterrupt:
        return interrupted(found)


def _record(
    push_id: UUID, data: str | None, settlement: Settlement | None, *, edit: bool, ask: bool
) -> Any | None:  # noqa: ANN401, JSON is anything
    if edit and (data or (settlement and settlement.adopt)):
        raise CommandError("--edit goes with neither --data nor --adopt.", WRONG_INPUT)
    if edit:
        return mend(push_id, settlement, ask=ask)
    return read_record(data) if data else None


def _settlement(adopt: str | None, *, not_written: bool) -> Settlement | None:
    if adopt and not_written:
        raise CommandError(
            "--adopt and --not-written contradict each other: give one.", WRONG_INPUT
        )
    if not (adopt or not_written):
        return None
    try:
        key = UUID(adopt) if adopt else None
    except ValueError:
        raise CommandError(
            "--adopt must be the key of an operation, a UUID.", WRONG_INPUT
        ) from None
    return Settlement(adopt=key, not_written=not_written, by=getpass.getuser())


async def _retry(push_id: UUID, wish: _Wish) -> int:
    push = await find_push(await reach_temporal(), push_id)
    try:
        await retry_push(push, settlement=wish.settlement, **wish.changes)
    except StillRunning as error:
        raise CommandError(str(error), WRONG_INPUT) from None
    except ValidationError as error:
        raise CommandError(name_options(sentence_of(error)), WRONG_INPUT) from None
    if wish.wait:
        announce(push)
        outcome = await push.outcome()
        tell(push, outcome, as_json=wish.as_json)
        return OF_STATUS[status_of(outcome)]
    standing = await how_it_stands(push)
    while wish.settlement and not isinstance(standing, PushOutcome) and standing.stage in _DECIDING:
        await asyncio.sleep(_LOOK_EVERY)
        standing = await how_it_stands(push)
    tell(push, standing, as_json=wish.as_json)
    return _conclude(push, standing, as_json=wish.as_json)


def _conclude(push: Push, standing: object, *, as_json: bool) -> int:
    if isinstance(standing, PushOutcome):
        return OF_STATUS[status_of(standing)]
    if not as_json:
        remark(f"Watch it: python starter.py wait {push.push_id}")
    return STARTED
