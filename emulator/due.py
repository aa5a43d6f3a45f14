"""What the clock brings about without a request."""

from emulator.late import process_late
from emulator.reads.refreshes import start_after_pushes
from emulator.world import World


def process_due(world: World) -> None:
    """Process postponed requests and begin refreshes after pushes, as of when they were due."""
    process_late(world)
    start_after_pushes(world)
