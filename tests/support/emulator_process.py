"""The emulator as a process of its own, for tests that see it from outside."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from emulator import seeds

ROOT = Path(__file__).parents[2]
COMPANY = f"/companies/{seeds.COMPANY}"
KEY = {"Authorization": "Basic ZW11bGF0b3I="}


class Process:
    """One running emulator."""

    def __init__(self, *arguments: str, port: int = 0) -> None:
        command = [sys.executable, "-m", "emulator", "--port", str(port), *arguments]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ}
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout
        line = self._output.readline()
        assert line.startswith("emulator ready at "), line
        self.url = line.split()[-1]
        self.port = int(self.url.rpartition(":")[2])

    def client(self, **options) -> httpx.Client:
        """A plain HTTP client that holds the key."""
        return httpx.Client(
            base_url=self.url, headers=KEY, trust_env=False, verify=False, **options
        )

    def control(self, method, path, document=None):
        """Ask the controls, over a connection of its own."""
        with self.client() as client:
            answer = client.request(method, f"/_emulator/{path}", json=document, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, fault, **rule):
        """Add a fault rule."""
        return self.control("POST", "faults", {"fault": fault, **rule})

    def when_open(self):
        """Ask for the list as soon as the port takes connections again."""
        end = time.monotonic() + 10
        with self.client() as client:
            while time.monotonic() < end:
                try:
                    return client.get(f"{COMPANY}/push")
                except httpx.ConnectError:
                    time.sleep(0.02)
        raise TimeoutError

    def kill(self) -> None:
        """SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; gives the exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number) -> int:
        if self._process.poll() is None:
            self._process.send_signal(number)
        status = self._process.wait(timeout=20)
        self._output.close()
        return status


class Generations:
    """One emulator after another over the same file; the earlier one is killed."""

    def __init__(self, database):
        self._arguments = ["--database", str(database)]
        self.now = Process(*self._arguments)

    def follow(self):
        """Kill the running one and start the next on the same port."""
        self.now.kill()
        self.now = Process(*self._arguments, port=self.now.port)
        return self.now


@contextmanager
def running(*arguments):
    """Run an emulator for the length of a block."""
    process = Process(*arguments)
    try:
        yield process
    finally:
        process.kill()


def connection(which: str, rest: str) -> str:
    """The path to something of a connection of the first company."""
    return f"{COMPANY}/connections/{which}/{rest}"


SUPPLIERS = connection(seeds.PROMPT, "push/suppliers")
