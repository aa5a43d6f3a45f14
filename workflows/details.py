"""The panel that operators see in the Temporal UI: a push in plain words, as Markdown."""

from activities.wire import Finding, count_of
from workflows.markdown import code, plain
from workflows.models import PushOutcome, PushProgress

_MAX_SHOWN = 20
"""Findings and candidates that Temporal's UI shows; `show` names all that were kept."""


def progress_details(progress: PushProgress) -> str:
    """Describe a push that is under way."""
    # The UI shows a list as one only after an empty line.
    rows = [f"**{progress.stage}**: {plain(progress.message)}\n"]
    if progress.push_operation_key:
        rows.append(f"- operation: `{progress.push_operation_key}`")
    if progress.deadline_utc:
        rows.append(f"- has to be over by {progress.deadline_utc:%Y-%m-%d %H:%M:%S} UTC")
    if progress.next_look_utc:
        rows.append(f"- goes on at {progress.next_look_utc:%Y-%m-%d %H:%M:%S} UTC")
    if progress.waiting_for:
        rows.append(f"- it waits: {plain(progress.waiting_for)}")
    rows += [
        f"- warning: {code(warning.pointer or '/')} {plain(warning.message)}"
        for warning in _some(progress.warnings)
    ]
    return "\n".join(rows)


def outcome_details(outcome: PushOutcome, push_id: str) -> str:
    """Describe how a push ended, and what to do next."""
    rows = [f"**{outcome.status.value}**: {plain(outcome.message)}\n"]
    rows += [
        f"- {code(error.pointer or '/')} {plain(error.message)}" for error in _some(outcome.errors)
    ]
    if outcome.push_operation_key:
        rows.append(f"- operation: `{outcome.push_operation_key}`")
    some = outcome.candidates[:_MAX_SHOWN]
    rows += [f"- may be ours: `{candidate.push_operation_key}`" for candidate in some]
    advice = advice_on(outcome, push_id)
    return "\n".join([*rows, f"- next: {advice}"] if advice else rows)


def _some(findings: list[Finding]) -> list[Finding]:
    more = count_of(findings) - _MAX_SHOWN
    if more <= 0:
        return findings
    return [*findings[:_MAX_SHOWN], Finding(pointer="", message=f"and {more:,} more")]


def advice_on(outcome: PushOutcome, push_id: str) -> str:
    """Say what a person can do about an ending; empty when nothing is to be done."""
    retry = f"`python starter.py retry {push_id}`"
    match outcome.status.value:
        case "Success":
            return ""
        case "Failed":
            return f"{retry}, with `--edit` if the record has to be mended"
        case _ if not outcome.submitted:
            return f"{retry}: nothing was sent"
        case _ if outcome.push_operation_key and not outcome.candidates:
            return f"{retry}: it asks for the operation again and sends nothing"
        case "TimedOut":
            return f"{retry} asks again and sends nothing"
        case _:
            return (
                f"look into the accounting software, then {retry} with `--adopt OPERATION_KEY` "
                "or `--not-written`"
            )
