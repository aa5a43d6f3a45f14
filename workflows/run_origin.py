"""How this run began: by its workflow going on, by a start of `dispatch`, or by anything else."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.start_memo import (
        BELIEVED_FOR,
        CALLER_MEMO,
        START_HEADER,
        START_MEMO,
        parse_start_memo,
        start_header,
    )
    from workflows.models import PushRequest


def was_continued() -> bool:
    """Tell whether the run before this one went on in it, so that what it carried is true.

    A start by hand with a continued run's input has no run before it; a run of the server's own
    retry policy or of a cron schedule has one, which did not carry anything on.
    """
    info = workflow.info()
    return bool(info.continued_run_id) and info.attempt == 1 and not info.cron_schedule


def _memo(name: str) -> Any:  # noqa: ANN401, JSON is anything
    try:
        return workflow.memo_value(name, None)
    except (ValueError, RuntimeError, ApplicationError):
        return None


def was_started_here(request: PushRequest) -> bool:
    """Tell whether `dispatch` started this very run, so that there was none before it.

    Retries by the server and cron runs have the same memo and header; a copy has no header.
    """
    info, memo = workflow.info(), parse_start_memo(_memo(START_MEMO))
    if memo is None or info.attempt != 1 or info.cron_schedule or info.continued_run_id:
        return False
    is_marked = info.headers.get(START_HEADER) == start_header(memo)
    is_fresh = abs(memo.started_on_utc - info.workflow_start_time) <= BELIEVED_FOR
    is_ours = (memo.first_digest, memo.kind) == (
        request.first_digest or request.digest,
        request.kind_path,
    )
    return is_marked and is_fresh and is_ours


def was_awaited(request: PushRequest) -> bool:
    """Tell whether the plan that started this very run waits for its end."""
    memo = parse_start_memo(_memo(START_MEMO))
    return memo is not None and memo.is_awaited is True and was_started_here(request)


def carried_memo() -> dict[str, Any]:
    """Give the part of the memo that the next run of a continued push bears, too."""
    memo = {START_MEMO: parse_start_memo(_memo(START_MEMO)), CALLER_MEMO: _memo(CALLER_MEMO)}
    return {name: value for name, value in memo.items() if value is not None}
