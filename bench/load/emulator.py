"""Measures the emulator: start-up, reads and pushes a second, list pages of a large company.

`python -m bench.load.emulator`; the emulator runs in a process of its own, pinned to one core.
The second figure of each row counts only the processor time that the emulator took, which other
work on the machine does not change.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from emulator import seeds
from emulator.examples import record
from stack.process import ROOT

COMPANY = f"/companies/{seeds.COMPANY}"
HEAD = "Host: x\r\nAuthorization: Basic ZW11bGF0b3I=\r\n"
LINES = 8
SECONDS = 3.0
OPERATIONS = 100_000
TRIES = 25


async def requests_answered(port: int, request: bytes) -> int:
    """Ask over a few kept-alive connections, as fast as the answers come, for some seconds."""
    return sum(await asyncio.gather(*(_line(port, request) for _ in range(LINES))))


async def _line(port: int, request: bytes) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        count += 1
    writer.close()
    return count


def processor_seconds(pid: int) -> float:
    """Give the processor time that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def milliseconds(pid: int, ask: Callable[[], object]) -> tuple[float, float]:
    """Give the median of some tries, and their mean processor time."""
    times: list[float] = []
    before = processor_seconds(pid)
    for _ in range(TRIES):
        began = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - began))
    taken = 1000 * (processor_seconds(pid) - before) / TRIES
    return sorted(times)[TRIES // 2], taken


def start(database: Path) -> tuple[subprocess.Popen[str], int, float]:
    """Start an emulator on the last core; gives its port and the seconds until it was ready."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "emulator", "--port", "0", "--database", str(database)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
    assert process.stdout is not None
    port = int(process.stdout.readline().rpartition(":")[2])
    return process, port, time.perf_counter() - began


def measure_rates(client: httpx.Client, port: int, pid: int) -> None:
    """Print reads and pushes a second."""
    path = f"{COMPANY}/connections/{seeds.SYNCHRONOUS}/push/journalEntries"
    body = client.build_request("POST", path, json=record("journalEntries")).content.decode()
    key = client.post(path, content=body).json()["pushOperationKey"]
    read = f"GET {COMPANY}/push/{key} HTTP/1.1\r\n{HEAD}\r\n"
    push = f"POST {path} HTTP/1.1\r\n{HEAD}Content-Length: {len(body)}\r\n\r\n{body}"
    for name, request in {"GET one operation": read, "POST one push": push}.items():
        before = processor_seconds(pid)
        count = asyncio.run(requests_answered(port, request.encode()))
        pure = count / (processor_seconds(pid) - before)
        print(f"{name:36} {count / SECONDS:10,.0f} a second {pure:10,.0f} a processor second")


def measure_pages(client: httpx.Client, pid: int) -> None:
    """Print how long list pages of a large company take."""
    seed = {"connection": seeds.PROMPT, "count": OPERATIONS}
    client.post("/_emulator/seeds", json={"operations": [seed]}, timeout=60)
    print(f"\n{OPERATIONS:,} operations in one company, a page of 100, median:")
    for name, query in {
        "first page": {"orderBy": "-requestedOnUtc"},
        "last page": {"page": OPERATIONS // 100},
        "page of one connection and type": {
            "query": f"dataConnectionKey={seeds.PROMPT}&&dataType=bills&&status=Success",
            "orderBy": "-requestedOnUtc",
        },
        "page since a moment": {
            "query": "requestedOnUtc>=2026-01-01T00:00:00Z&&status!=Pending",
            "orderBy": "-requestedOnUtc",
        },
    }.items():
        took, pure = milliseconds(
            pid, lambda query=query: client.get(f"{COMPANY}/push", params=query)
        )
        print(f"  {name:34} {took:10.1f} ms       {pure:10.1f} ms of the processor")


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        process, port, ready = start(Path(folder) / "bench.db")
        try:
            print(f"{'start-up':36} {ready:10.2f} s")
            address, headers = f"http://127.0.0.1:{port}", {"Authorization": "Basic ZW11bGF0b3I="}
            with httpx.Client(base_url=address, headers=headers, trust_env=False) as client:
                measure_rates(client, port, process.pid)
                measure_pages(client, process.pid)
        finally:
            process.kill()
            process.communicate()


if __name__ == "__main__":
    main()
