"""The servers that tests share, each started once."""

import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest_asyncio
from hypothesis import HealthCheck, settings
from temporalio.testing import WorkflowEnvironment

from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER

# A busy machine is no failure. New examples are drawn in each run: few of them find much in time.
settings.register_profile(
    "house", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

WAIT_MOST = ("chaos", "e2e", "process", "web", "workflow")
"""Folders whose tests wait for real servers, the longest first."""
COMPUTE_MOST = ("browser", "property", "model", "simulation", "contract")
"""Folders whose tests keep a processor busy, the longest first."""

BINARIES = str(Path(sys.executable).parent)

# Dev servers live for seconds and share two cores: a seventh less processor time.
os.environ.setdefault("GOMAXPROCS", "1")
os.environ.setdefault("GOGC", "400")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores Ctrl-C, and so would the commands that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Let tests that wait and tests that compute run side by side, the longest first."""
    files = list(dict.fromkeys(item.path for item in items))
    waiting = _longest_first([path for path in files if path.parent.name in WAIT_MOST], WAIT_MOST)
    others = [path for path in files if path.parent.name not in WAIT_MOST]
    places: dict[Path, float] = {}
    for group in (waiting, _longest_first(others, COMPUTE_MOST)):
        places |= {path: number / len(group) for number, path in enumerate(group)}
    items.sort(key=lambda item: places[item.path])


def _longest_first(files: list[Path], folders: Sequence[str]) -> list[Path]:
    def place(path: Path) -> int:
        folder = path.parent.name
        return folders.index(folder) if folder in folders else len(folders)

    return sorted(files, key=place)


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="skipping")
async def _skipping():
    """A server that skips time whenever all pushes wait; no lists, one push at a time.

    A push that was left with a task in hand would hold its time still for every later test.
    """
    path = shutil.which("temporal-test-server", path=BINARIES)
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=path, data_converter=CONVERTER
    ) as environment:
        await register_search_attributes(environment.client)
        yield environment


CAN_PAUSE = "frontend.WorkflowPauseEnabled=true"

DELETES_SOON = 'history.transferProcessorUpdateAckInterval="1s"'
"""A run that is deleted is gone in a second, instead of half a minute."""


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="devserver")
async def _devserver():
    """The real server, in memory: lists, resets and many pushes at once.

    One a file: a push that ends Unknown keeps others of its place from being adopted for a while.
    """
    path = shutil.which("temporal", path=BINARIES)
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path,
        data_converter=CONVERTER,
        dev_server_log_level="error",
        dev_server_extra_args=[
            *("--dynamic-config-value", DELETES_SOON),
            *("--dynamic-config-value", CAN_PAUSE),
        ],
    ) as environment:
        await register_search_attributes(environment.client)
        yield environment
