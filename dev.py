"""The whole stack on this machine: `python dev.py up` stays, `python dev.py demo` shows it work."""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console

from stack.demo import demo
from stack.leaving import INTERRUPTED, until_signal
from stack.ports import Ports
from stack.process import Trouble
from stack.up import up

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)
Port = Annotated[int, typer.Option(min=1, max=65535)]


@app.command("up")
def _up(
    temporal_port: Port = Ports.temporal,
    ui_port: Port = Ports.ui,
    emulator_port: Port = Ports.emulator,
) -> None:
    """Bring up Temporal with its UI, the emulator and a worker, and stay until Ctrl-C."""
    ports = Ports(temporal=temporal_port, ui=ui_port, emulator=emulator_port)
    code = asyncio.run(until_signal(up(Console(), ports)))
    raise typer.Exit(0 if code == INTERRUPTED else code)  # Ctrl-C is the way to end it


@app.command("demo")
def _demo() -> None:
    """Show four pushes that end four ways while a worker is killed; about eighty seconds."""
    raise typer.Exit(asyncio.run(until_signal(demo(Console()))))


if __name__ == "__main__":
    try:
        app()
    except* Trouble as troubles:
        sys.exit(str(troubles.exceptions[0]))
