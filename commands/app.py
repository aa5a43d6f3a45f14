"""The command line as a whole: which commands there are, and how they are run."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import typer

from commands.exit_codes import FAILED, INTERRUPTED
from commands.old_spellings import as_spelled_now

COMMANDS = {
    "push": ("commands.push:push", "Start a push of one record."),
    "attach": ("commands.attach:attach", "Attach a file to a record."),
    "detach": ("commands.attach:detach", "Remove a file from a record."),
    "push-all": ("commands.push_all:push_all", "Start a push for each line of a file."),
    "status": ("commands.status:status", "Show where a push stands."),
    "wait": ("commands.status:wait", "Wait until a push has ended."),
    "show": ("commands.show:show", "Show a push's full history."),
    "list": ("commands.list_pushes:list_", "List pushes, the newest first."),
    "retry": ("commands.retry:retry", "Retry one push under its id."),
    "bulk": ("commands.bulk:build_bulk", "Retry many pushes."),
    "plan": ("commands.plan:build_plan", "Run pushes that depend on each other."),
    "hold": ("commands.hold:hold", "Stop all workers from sending to a company."),
    "release": ("commands.hold:release", "Release holds."),
    "holds": ("commands.hold:holds", "List all holds."),
    "webhooks": ("commands.webhooks:build_webhooks", "Set up Codat's webhooks."),
    "options": ("commands.options:options", "Show the fields that the accounting software wants."),
    "validate": ("commands.options:validate", "Validate a record. Sends nothing."),
}
"""Each command: the module and function that has it, and its line in the help."""

GROUPS = ("bulk", "plan", "webhooks")
"""Commands that have commands of their own."""

_HELP = """\
Push records into accounting software, once.

Exit codes: 0 started, or Success when waited for; 1 Failed; 2 wrong usage or input; 3 TimedOut;
4 Unknown; 5 Temporal not reachable; 6 no such push; 130 interrupted (the push goes on).
"""


def build_app(chosen: str | None = None) -> typer.Typer:
    """Put the commands together; only the chosen one is imported, the others are names."""
    app = typer.Typer(help=_HELP, add_completion=False, no_args_is_help=False)
    for name, (place, summary) in COMMANDS.items():
        if name != chosen:
            app.command(name, help=summary)(_not_imported)
        elif name in GROUPS:
            app.add_typer(_import(place)(), name=name, help=summary)
        else:
            app.command(name)(_import(place))
    return app


def _import(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def _not_imported() -> None:
    """Stand for a command that was not chosen."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; every error is one sentence on standard error."""
    given = as_spelled_now(sys.argv[1:] if arguments is None else arguments)
    chosen = next((argument for argument in given if not argument.startswith("-")), None)
    try:
        return int(build_app(chosen)(args=given, prog_name="starter.py", standalone_mode=False))
    except BrokenPipeError:
        sys.stdout = None
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001, no traceback ever reaches a caller
        return _import("commands.errors:print_error")(error)
