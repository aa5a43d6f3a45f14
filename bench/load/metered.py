"""A dev server with its own count of billed actions."""

import asyncio
import re
import shutil
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from temporalio.testing import WorkflowEnvironment


async def actions(metrics: str) -> Counter[str]:
    """Read how many actions the server has counted by namespace; it sums up once a second."""
    await asyncio.sleep(3)
    async with httpx.AsyncClient() as http:
        text = (await http.get(metrics)).text
    counts: Counter[str] = Counter()
    for line in re.findall(r"^action\{.*$", text, re.MULTILINE):
        name, count = re.findall(r'namespace="([^"]+)".*\} ([0-9.e+]+)$', line)[0]
        counts[name] += round(float(count))
    return counts


@asynccontextmanager
async def server(namespaces: list[str], *settings: str) -> AsyncIterator[tuple[str, str]]:
    """Start the dev server, in memory; gives its address and that of its metrics.

    `settings` are its dynamic configuration, as `matching.enableFairness=true`.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asked = [part for name in namespaces for part in ("--namespace", name)]
    asked += [part for setting in settings for part in ("--dynamic-config-value", setting)]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=shutil.which("temporal", path=str(Path(sys.executable).parent)),
        dev_server_log_level="error",
        dev_server_extra_args=["--metrics-port", str(port), *asked],
    ) as environment:
        address = environment.client.service_client.config.target_host
        yield address, f"http://127.0.0.1:{port}/metrics"
