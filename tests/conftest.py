"""The servers that tests share, each started once."""

import os
import shutil
import signal
import sys
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

SLOWEST_FIRST = ("chaos", "e2e", "process", "browser", "web", "workflow")
"""Folders whose tests drive real servers: begun last, one of them would keep all others waiting."""

BINARIES = str(Path(sys.executable).parent)

# Dev servers live for seconds and share two cores: a seventh less processor time.
os.environ.setdefault("GOMAXPROCS", "1")
os.environ.setdefault("GOGC", "400")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores Ctrl-C, and so would the commands that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    items.sort(key=_place)


def _place(item):
    folder = item.path.parent.name
    return SLOWEST_FIRST.index(folder) if folder in SLOWEST_FIRST else len(SLOWEST_FIRST)


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
