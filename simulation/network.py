"""A client of the simulated server: real `Client` objects above, a slow and lossy line below."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import google.protobuf.message
from temporalio.client import Client
from temporalio.service import (
    ConnectConfig,
    RPCError,
    RPCStatusCode,
    ServiceClient,
    WorkflowService,
)

from simulation.choices import Choices
from simulation.files import with_files
from simulation.server.service import Service

QUICK = 0.003
"""Seconds that a message takes, mostly."""

RETRIES = 4
"""So often the core repeats a call of which it has heard nothing."""

_CONVERTER = with_files()


class ServerConnection:
    """The network between a process and the server; `slow` and `lost` are probabilities.

    `longest`: the seconds that a slow message takes at most.
    """

    def __init__(self, choices: Choices, service: Service, name: str) -> None:
        self.choices = choices
        self.service = service
        self.name = name
        self.slow = 0.0
        self.lost = 0.0
        self.longest = 2.0

    async def call(self, rpc: str, request: Any) -> Any:
        """Carry one request there and its answer back. RPCError."""
        await self._travel(rpc)
        if self.choices.happens(f"{self.name} loses {rpc} on the way", self.lost):
            raise RPCError("transport error", RPCStatusCode.UNAVAILABLE, b"")
        answer = await self.service.answer(rpc, request)
        copy = type(answer)()
        copy.CopyFrom(answer)
        await self._travel(rpc)
        if self.choices.happens(f"{self.name} loses the answer to {rpc}", self.lost):
            raise RPCError("transport error", RPCStatusCode.UNAVAILABLE, b"")
        return copy

    async def _travel(self, rpc: str) -> None:
        pause = QUICK
        if self.slow and self.choices.happens(f"{self.name} is slow at {rpc}", self.slow):
            pause = self.choices.number(f"{self.name} slow", QUICK, self.longest)
        await asyncio.sleep(pause)


class SimulatedServiceClient(ServiceClient):
    """Stands where the SDK's own connection does."""

    def __init__(self, line: ServerConnection) -> None:
        super().__init__(ConnectConfig(target_host="simulation", identity=line.name))
        self._line = line

    async def _rpc_call(
        self,
        rpc: str,
        req: google.protobuf.message.Message,
        resp_type: type[Any],  # noqa: ARG002, the SDK's
        *,
        service: str,
        retry: bool,
        metadata: Mapping[str, str | bytes],  # noqa: ARG002, the SDK's
        timeout: timedelta | None,  # noqa: ASYNC109, the SDK's
    ) -> Any:
        if service != "workflow":
            raise NotImplementedError(f"The simulated server has no service {service}.")
        tries = RETRIES if retry else 1
        try:
            async with asyncio.timeout(timeout.total_seconds() if timeout else None):
                return await self._persist(rpc, req, tries)
        except TimeoutError:
            raise RPCError("Timeout expired", RPCStatusCode.DEADLINE_EXCEEDED, b"") from None

    async def _persist(self, rpc: str, request: Any, tries: int) -> Any:
        for left in reversed(range(tries)):
            try:
                return await self._line.call(rpc, request)
            except RPCError as error:
                if error.status is not RPCStatusCode.UNAVAILABLE or not left:
                    raise
            await asyncio.sleep(0.1 * 2 ** (tries - left))
        raise AssertionError

    @property
    def worker_service_client(self) -> Any:
        """There is none: workers are simulated."""
        raise NotImplementedError

    def update_rpc_metadata(self, metadata: Mapping[str, str | bytes]) -> None:
        """Do nothing."""

    def update_api_key(self, api_key: str | None) -> None:
        """Do nothing."""


def make_client(line: ServerConnection) -> Client:
    """Make a client as a process of the product has it."""
    client = SimulatedServiceClient(line)
    client.workflow_service = WorkflowService(client)
    return Client(client, namespace="default", data_converter=_CONVERTER)
