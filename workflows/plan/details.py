"""What a plan says of itself in Temporal's UI."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.markdown import plain
    from workflows.plan.models import PlanReport
    from workflows.plan.progress import Progress

_MAX_TOLD = 10


def show_details(progress: Progress) -> None:
    """Tell whoever looks at the plan in Temporal's UI how it stands."""
    rows = [f"**{progress.word}**\n"]
    rows += [f"- {status}: {count}" for status, count in progress.counts.items()]
    troubles = list(progress.troubles.items())[:_MAX_TOLD]
    rows += [f"- {name}: {plain(message)}" for name, message in troubles]
    workflow.set_current_details("\n".join(rows))


def sentence_of(report: PlanReport) -> str:
    """Say how a plan ended that did not succeed."""
    counted = ", ".join(f"{count} {status}" for status, count in report.counts.items())
    return f"The plan {report.state}: {counted}."
