"""What `plan` prints of a plan: where its steps stand, what went wrong, what to do next."""

import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from commands.output import print_result, printable
from workflows.plan.models import UNSUCCESSFUL, PlanReport, StepReport


def counts_of(report: PlanReport) -> str:
    """Say the plan's state, and how many steps have each status."""
    return f"{report.state}: " + ", ".join(f"{n} {word}" for word, n in report.counts.items())


def print_report(report: PlanReport) -> None:
    """Print where each step stands, and what to do about those that did not succeed."""
    print_result(counts_of(report))
    table = Table()
    for name in ("Step", "Data type", "Status", "Push"):
        table.add_column(name, overflow="fold")
    for step in report.steps:
        push = str(step.push_id or "")
        table.add_row(step.name, Text(printable(step.data_type)), step.status.value, push)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    for line in troubles_of(report):
        print_result(line)


def troubles_of(report: PlanReport) -> list[str]:
    """Say of each step that did not succeed why, and what to do."""
    lines: list[str] = []
    for step in report.steps:
        if step.status in UNSUCCESSFUL:
            lines.append(printable(f"{step.name}: {step.message}"))
            lines.append(f"next: {_next(report, step)}")
    return lines


def _next(report: PlanReport, step: StepReport) -> str:
    if step.push_id is None:
        return "make a plan with another key and a record that can be sent"
    goes_on = f"; then python starter.py plan continue {report.plan_id}" if report.is_over else ""
    return (
        f"python starter.py show {step.push_id}, mend it with python starter.py retry "
        f"{step.push_id} --edit{goes_on or '; the plan then goes on by itself'}"
    )
