"""An emulator in a process of its own, one a file, and a client of it."""

import pytest

from tests.support.emulator_process import Generations, running


@pytest.fixture(name="emulator", scope="module")
def _emulator():
    with running() as process:
        yield process


@pytest.fixture(name="client")
def _client(emulator):
    emulator.control("POST", "reset")
    with emulator.client(timeout=5) as client:
        yield client


@pytest.fixture(name="generations")
def _generations(tmp_path):
    generations = Generations(tmp_path / "emulator.db")
    yield generations
    generations.now.kill()
