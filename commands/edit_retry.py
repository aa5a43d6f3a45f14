"""`retry --edit`: the record of a push that failed, mended and checked before it is retried."""

import asyncio
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from codat.models import Problem
from codat.validation.validate import validate_record
from commands.editor import edit
from commands.exit_codes import WRONG_INPUT, CommandError
from commands.options import current_options
from commands.push_status import reach_temporal
from dispatch.ending import ending_of
from dispatch.pushes import find_push, request_of
from dispatch.retries import StillRunning
from dispatch.timeline.timeline import remarks
from workflows.models import PushOutcome, PushRequest, Resolution, Validation


def edit_and_retry(
    push_id: UUID, settlement: Resolution | None, validation: str | None, *, ask: bool
) -> dict[str, Any] | None:
    """Give the mended record of a push; None when the operator changed nothing or thought better.

    CommandError when there is nothing to mend, or when it does not fit and `validation`, by default
    what the push was started with, is enforce.
    """
    request, outcome = asyncio.run(_ended(push_id))
    if outcome.status.value == "Success":
        raise CommandError("The push succeeded: there is nothing to mend.", WRONG_INPUT)
    if not request.push_kind.carries_record:
        raise CommandError("The push has no record to edit: leave --edit out.", WRONG_INPUT)
    if outcome.may_still_land and not settlement:
        raise CommandError(
            "It is not known whether the record was written, so a mended one is not sent: look "
            "into the accounting software, then add --not-written, or use --adopt OPERATION_KEY.",
            WRONG_INPUT,
        )
    judged = _judging(request, validation or request.validation)
    heads = [outcome.message, *remarks(outcome.errors), "Lines like these are taken out again."]
    return edit(request.data, heads, judged, ask=ask)


def _judging(request: PushRequest, validation: str) -> Callable[[Any], list[Problem]]:
    """Make the verdict on a mended record, which for a push that is only advised is advice."""
    document = None
    if validation != Validation.OFF:
        document = asyncio.run(current_options(request.target))

    def complaints(record: Any) -> list[Problem]:  # noqa: ANN401, JSON is anything
        if not isinstance(record, dict):
            return [Problem(pointer="", message="The record must be a JSON object.")]
        if document is None:
            return []
        is_update = request.record_id is not None
        found = validate_record(document, cast("object", record), update=is_update)
        if validation != Validation.ADVISE:
            return found
        return [problem.model_copy(update={"severity": "warning"}) for problem in found]

    return complaints


async def _ended(push_id: UUID) -> tuple[PushRequest, PushOutcome]:
    push = await find_push(await reach_temporal(), push_id)
    description = await push.describe()
    if description.close_time is None:
        raise StillRunning(f"Push {push_id} is still running: wait for its end.")
    run_id = description.run_id
    return await request_of(push, run_id), await ending_of(push, run_id)
