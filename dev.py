"""The whole stack on this machine: `python dev.py up` stays, `python dev.py demo` shows it work."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from typer.exceptions import TyperException

from dispatch.process_exit import end_process
from stack.demo import demo
from stack.ports import Ports
from stack.process import ProcessFailed
from stack.signals import INTERRUPTED, until_signal
from stack.up import FOLDER, up

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)
console = Console(width=None if sys.stdout.isatty() else 140)
Port = Annotated[int, typer.Option(min=1, max=65535)]


@app.command("up")
def _up(
    temporal_port: Port = Ports.temporal,
    ui_port: Port = Ports.ui,
    emulator_port: Port = Ports.emulator,
    gateway_port: Port = Ports.gateway,
    folder: Annotated[Path, typer.Option(help="For databases and logs.")] = FOLDER,
) -> int:
    """Bring up Temporal with its UI, the emulator, a worker and the gateway, until Ctrl-C."""
    ports = Ports(temporal=temporal_port, ui=ui_port, emulator=emulator_port, gateway=gateway_port)
    code = asyncio.run(until_signal(up(console, ports, folder.resolve())))
    return 0 if code == INTERRUPTED else code  # Ctrl-C is the way to end it


@app.command("demo")
def _demo() -> int:
    """Show four pushes that end four ways while a worker is killed, and a plan; some 80 seconds."""
    return asyncio.run(until_signal(demo(console)))


def main() -> int:
    """Run one command, and give its exit code; what goes wrong is one sentence."""
    try:
        return app(standalone_mode=False) or 0
    except TyperException as wrong_usage:
        print(
            f"{wrong_usage.format_message().rstrip('.')}. See: python dev.py --help",
            file=sys.stderr,
        )
        return 2
    except (ProcessFailed, ExceptionGroup) as trouble:
        print(_first(trouble), file=sys.stderr)
        return 1


def _first(trouble: Exception) -> Exception:
    group = cast("ExceptionGroup[Exception]", trouble)
    return _first(group.exceptions[0]) if isinstance(trouble, ExceptionGroup) else trouble


if __name__ == "__main__":
    end_process(main())
