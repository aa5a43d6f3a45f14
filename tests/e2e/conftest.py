"""One stack of real processes for all tests of this folder."""

import pytest_asyncio

from stack.control import EmulatorControl
from stack.ports import Ports
from stack.services import running


@pytest_asyncio.fixture(scope="session", loop_scope="session", name="stack")
async def _stack(tmp_path_factory):
    """Temporal and the emulator; workers are started by the tests that need them."""
    async with running(tmp_path_factory.mktemp("stack"), Ports.free()) as stack:
        yield stack


@pytest_asyncio.fixture(scope="session", loop_scope="session", name="emulator")
async def _emulator(stack):
    """The controls of the stack's emulator."""
    async with EmulatorControl(stack.ports.emulator) as emulator:
        yield emulator


@pytest_asyncio.fixture(scope="session", loop_scope="session", name="worker")
async def _worker(stack):
    """A worker on the usual task queue."""
    worker = await stack.start_worker(PUSH_POLL_FIRST="PT0.5S", PUSH_FIND_FOR="PT3S")
    await worker.says("Worker ready")
    return worker
