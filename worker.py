"""A worker: carries pushes from Temporal to Codat until it is told to stop."""

import argparse
import asyncio
import logging
import os
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities.bulk import BulkActivities
from activities.find import FindActivities
from activities.look_again import LookAgainActivities
from activities.look_first import LookFirstActivities
from activities.metrics import counting
from activities.models import PushPolicy
from activities.notify import NOBODY, NotifyActivities, NotifySettings
from activities.plan_steps import PlanActivities
from activities.push import PushActivities, checks_before_sending
from activities.read_back import ReadBackActivities
from activities.recall import RecallActivities
from activities.refresh import RefreshActivities
from activities.settings import PushSettings
from activities.stored_files import StoredFiles
from activities.turns import TurnActivities
from codat.client import CodatClient
from codat.clock import ClockSettings, shift_wall_clock
from codat.settings import CodatSettings, SettingsError, load_settings, read_settings
from dispatch.bulk import retry_in_bulk
from dispatch.clock_offset import ClockTooFarOff, watching_clocks
from dispatch.connection import (
    TemporalUnreachable,
    connect,
    read_connection,
    register_search_attributes,
)
from dispatch.look_again import look_again
from dispatch.nexus import PushServiceHandler
from dispatch.payloads.keyring import EncryptionSettings
from dispatch.plan_steps import StepStarter
from dispatch.process.health import Readiness, serving_health, watching
from dispatch.process.heap import share_heaps
from dispatch.process.logs import configure_logging
from dispatch.process.overview import CheckResults, check_certificate, check_names, describe
from dispatch.process.preflight import check_build, check_clocks, check_codat, check_temporal
from dispatch.process.sandbox import RUNNER
from dispatch.process.telemetry import TelemetrySettings, runtime_of
from dispatch.process.tracing import interceptors_of, observed, tracer_of
from dispatch.process.worker_settings import (
    WorkerOptions,
    WorkerSettings,
    options_of,
    to_be_current,
    with_build,
)
from dispatch.process_exit import end_process
from dispatch.quota_reports import watching_quota
from dispatch.settings import DispatchSettings
from workflows.bulk import BulkRetryWorkflow
from workflows.claim import ClaimWorkflow
from workflows.hold import HoldWorkflow
from workflows.look_again import LookAgainWorkflow
from workflows.notify import NotifyWorkflow
from workflows.options_seen import OptionsSeenWorkflow
from workflows.plan.workflow import PlanWorkflow
from workflows.push import PushWorkflow
from workflows.quota_report import QuotaReportWorkflow
from workflows.turn import TurnWorkflow

log = logging.getLogger("surepush.worker")

SETTINGS = (
    ClockSettings,
    CodatSettings,
    DispatchSettings,
    EncryptionSettings,
    NotifySettings,
    PushSettings,
    TelemetrySettings,
    WorkerSettings,
)
"""All that a worker reads, besides Temporal's own."""

STICKY = timedelta(seconds=2)
"""How long a task waits for a worker that may be dead; the SDK's 10 s make recovery slow."""

NEW_PUSHES = 0.6
"""The part of the calls for workflow tasks that asks for new pushes, before those that wait. With
the SDK's fifth, a crowd that is polled holds up what is to be sent."""

GRACE = timedelta(seconds=40)
"""Longer than a call to Codat may take, so that a deploy cuts off no request."""


WORKFLOWS = [
    PushWorkflow,
    ClaimWorkflow,
    NotifyWorkflow,
    LookAgainWorkflow,
    BulkRetryWorkflow,
    HoldWorkflow,
    OptionsSeenWorkflow,
    PlanWorkflow,
    QuotaReportWorkflow,
    TurnWorkflow,
]


def build_activities(
    client: Client, codat: CodatClient, policy: PushPolicy, notify: NotifyActivities | None = None
) -> list[Callable[..., Any]]:
    """Give all activities of a worker; without `notify` nobody is told of endings."""
    push = PushActivities(codat, policy, checks_before_sending(client), StoredFiles(client))
    find, refresh = FindActivities(codat, client), RefreshActivities(codat)
    recall = RecallActivities(client, policy)
    bulk = BulkActivities(partial(retry_in_bulk, client), lambda: codat.limits.allowance)
    return [
        push.fetch_options,
        push.validate,
        push.prepare,
        push.push,
        push.poll_status,
        find.find_submission,
        refresh.refresh_data,
        ReadBackActivities(codat).read_record,
        LookFirstActivities(codat).look_first,
        recall.recall,
        bulk.bulk_retry,
        PlanActivities(StepStarter(client).start).start_steps,
        TurnActivities(client).turn_is_over,
        LookAgainActivities(partial(look_again, client)).look_again,
        (notify or NotifyActivities(NOBODY)).notify,
    ]


def build_worker(  # noqa: PLR0913, the parts of a worker
    client: Client,
    codat: CodatClient,
    policy: PushPolicy,
    *,
    notify: NotifyActivities | None = None,
    task_queue: str = "push",
    options: WorkerOptions | None = None,
    nexus_services: Sequence[object] = (),
) -> Worker:
    """Put a worker together from its parts."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=build_activities(client, codat, policy, notify),
        nexus_service_handlers=nexus_services,
        workflow_runner=RUNNER,
        nonsticky_to_sticky_poll_ratio=NEW_PUSHES,
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=GRACE,
        **with_build(options or {}),
    )


async def main() -> int:
    """Serve until SIGINT or SIGTERM, then drain.

    SettingsError, TemporalUnreachable, ClockTooFarOff.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings = load_settings()
    telemetry = read_settings(TelemetrySettings)
    notify_settings = read_settings(NotifySettings)
    policy = read_settings(PushSettings).policy(settings)
    policy = policy.model_copy(update={"notify": notify_settings.url is not None})
    task_queue = read_settings(DispatchSettings).task_queue
    own = read_settings(WorkerSettings)
    runtime = runtime_of(telemetry)
    tracer = tracer_of("surepush-worker")
    client = await connect(runtime=runtime, interceptors=interceptors_of(tracer))
    await register_search_attributes(client)
    async with (
        CodatClient(settings, on_request=observed(counting(runtime.metric_meter), tracer)) as codat,
        watching_clocks(client, codat) as clocks,
        watching_quota(client, codat.limits.note_allowance),
        serving_health(telemetry.health_address, readiness := Readiness(client, clocks)),
        watching(readiness),
        build_worker(
            client,
            codat,
            policy,
            notify=NotifyActivities(notify_settings),
            task_queue=task_queue,
            options=options_of(own),
            nexus_services=[PushServiceHandler()],
        ),
    ):
        log.info("Worker ready on task queue %s%s", task_queue, to_be_current(own))
        await stop.wait()
        readiness.stop()
        log.info("Worker stopping: no new work, waiting for what is under way")
    return 0


async def check() -> int:
    """Say on one screen what a worker would connect to, and whether it could work; 0 if so."""
    settings = load_settings()
    for kind in SETTINGS:
        read_settings(kind)
    queue = read_settings(DispatchSettings).task_queue
    config = read_connection()
    ring = read_settings(EncryptionSettings).encryption_keys
    print(*describe(config, settings, queue, ring), "", sep="\n")
    async with CodatClient(settings) as codat:
        found = [*check_names(os.environ, SETTINGS), *check_certificate(config)]
        answered = await check_codat(codat)
        try:
            client = await connect()
            found += [result async for result in check_temporal(client, queue)]
            found += await check_build(client, read_settings(WorkerSettings))
            found += await check_clocks(client, codat)
        except TemporalUnreachable as error:
            found.append(CheckResults("wrong", "server", str(error)))
        found.append(answered)
    for row in found:
        print(f"{row.level:8} {row.what:12} {row.said}")
    return int(any(result.level == "wrong" for result in found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python worker.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether it could work")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    try:
        if not given.check:
            configure_logging(read_settings(TelemetrySettings).log_format)
        share_heaps()
        shift_wall_clock(read_settings(ClockSettings).clock_shift)
        ended: int | str = asyncio.run(check() if given.check else main())
    except (ClockTooFarOff, SettingsError, TemporalUnreachable) as error:
        ended = str(error)
    end_process(ended)
