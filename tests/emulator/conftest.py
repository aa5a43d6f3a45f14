"""An emulator in this process, and a client of it."""

import pytest

from emulator import Emulator


@pytest.fixture(name="codat")
async def _codat():
    async with Emulator() as codat:
        yield codat


@pytest.fixture(name="client")
async def _client(codat):
    async with codat.client() as client:
        yield client
