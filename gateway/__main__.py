"""`python -m gateway --port N`: the front door as a process."""

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
import uvloop

from activities.metrics import counting
from codat.client import CodatClient
from codat.settings import SettingsError, load_settings, read_settings
from codat.validation.cache import OptionsCache
from codat.webhooks import Webhooks
from dispatch.clock_offset import ClockTooFarOff, watching_clocks
from dispatch.connection import TemporalUnreachable, connect, register_search_attributes
from dispatch.process.logs import configure_logging
from dispatch.process.overview import check_names
from dispatch.process.telemetry import TelemetrySettings, runtime_of
from dispatch.process.tracing import interceptors_of, observed, tracer_of
from dispatch.process_exit import end_process
from dispatch.quota_reports import watching_quota
from dispatch.settings import DispatchSettings
from gateway.app import build_app
from gateway.book_records import BookRecords
from gateway.connections import bounded_protocol
from gateway.dependencies import Dependencies
from gateway.directory import Directory
from gateway.middleware.request_limits import MAX_HEADER_BYTES
from gateway.public_url import LOOPBACK
from gateway.references import References
from gateway.settings import GatewaySettings

log = logging.getLogger("surepush.gateway")

GRACE = 30
"""Seconds that requests under way have to end in after SIGTERM; longer than any may take."""

SWITCH = 0.0005
"""Seconds after which a thread lets the event loop go on; Python's own are 5 ms."""

COLLECTED = (5_000, 10, 1_000_000)
"""Objects, and collections of the younger generation, after which the next is collected. The
oldest is left to `_collect_garbage`: it has all records that are just being read."""

COLLECT_EVERY = 60
"""Seconds between two collections of all garbage, which stop everything else meanwhile."""

OPTIONS_SHARE = 0.1
"""The part of the day's requests to Codat that one company's callers may spend here."""

KEEP_ALIVE = 75
"""Seconds; longer than clients and proxies commonly keep an idle connection, so that they close."""


class _Server(uvicorn.Server):
    """Says when it is told to stop, so that streams end instead of holding it up."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self._closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take SIGINT or SIGTERM."""
        self._closing.set()
        super().handle_exit(sig, frame)


@asynccontextmanager
async def _sparing_collector() -> AsyncGenerator[None]:
    """Let the collector pass over what was made at the start, and stop everything seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED)
    task = asyncio.create_task(_collect_garbage())
    try:
        yield
    finally:
        task.cancel()


async def _collect_garbage() -> None:
    while True:
        await asyncio.sleep(COLLECT_EVERY)
        gc.collect()


def _check_exposure(settings: GatewaySettings, host: str) -> None:
    """Raise SettingsError where requests without a key could come from another machine."""
    if not settings.api_keys and host not in LOOPBACK:
        raise SettingsError(f"GATEWAY_API_KEYS is missing: without keys {host} is not served.")
    if not settings.api_keys and settings.public_url and not settings.public_url.is_loopback:
        raise SettingsError("GATEWAY_PUBLIC_URL needs GATEWAY_API_KEYS, but for localhost.")


def _server_config(dependencies: Dependencies, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        build_app(dependencies),
        host=host,
        port=port,
        http=bounded_protocol(dependencies.settings.most_connections),
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        ws="none",
        server_header=False,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        log_config=None,
    )


async def main(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then drain.

    Raises: SettingsError, TemporalUnreachable, ClockTooFarOff.
    """
    sys.setswitchinterval(SWITCH)
    settings = read_settings(GatewaySettings)
    for row in check_names(os.environ, [GatewaySettings]):
        log.warning(row.said)
    _check_exposure(settings, host)
    codat_settings, queue = load_settings(), read_settings(DispatchSettings).task_queue
    # It asks for options only: whoever invents bank accounts can't spend the day's requests.
    asking = codat_settings.model_copy(update={"company_share": OPTIONS_SHARE})
    webhooks = Webhooks(codat_settings.webhook_secret, codat_settings.webhook_authorization)
    runtime = runtime_of(read_settings(TelemetrySettings))
    tracer = tracer_of("surepush-gateway")
    client = await connect(runtime=runtime, interceptors=interceptors_of(tracer))
    await register_search_attributes(client)
    meter = runtime.metric_meter
    async with (
        CodatClient(asking, on_request=observed(counting(meter), tracer)) as codat,
        watching_clocks(client, codat),
        watching_quota(client, codat.limits.note_allowance),
    ):
        cache = OptionsCache(codat)
        dependencies = Dependencies(
            client,
            cache,
            settings,
            queue,
            webhooks,
            reads=codat.reads,
            books=BookRecords(codat),
            directory=Directory(codat.reads),
            references=References(codat.reads),
            quota=lambda: codat.limits.allowance,
            tell_quota=codat.limits.note_allowance,
            meter=meter,
            tracer=tracer,
        )
        config = _server_config(dependencies, host, port)
        if not settings.api_keys:
            log.warning("GATEWAY_API_KEYS is not set: only this machine is served, without a key")
        async with _sparing_collector():
            await _Server(config, dependencies.closing).serve()


def _arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
    parser.add_argument("--port", type=int, default=8080, help="0 is any free one")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    given = _arguments()
    try:
        configure_logging(read_settings(TelemetrySettings).log_format)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main(given.host, given.port))
    except (ClockTooFarOff, SettingsError, TemporalUnreachable) as error:
        end_process(str(error))
    except KeyboardInterrupt:
        end_process(128 + signal.SIGINT)
    end_process(0)
