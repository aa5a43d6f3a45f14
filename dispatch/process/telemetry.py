"""Metrics of a process, its logs, and where it is asked for its health: variables of PUSH_*."""

import logging
import re
from datetime import timedelta
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from activities.metrics import REQUEST_TIME
from codat.settings import SettingsError
from workflows.metrics import TO_OUTCOME, WAITED

MINUTE, HOUR, DAY = (
    timedelta(**{unit: 1}).total_seconds() for unit in ("minutes", "hours", "days")
)
BUCKETS = {
    REQUEST_TIME: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    TO_OUTCOME: [1, 2.5, 5, 10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY],
    WAITED: [1, 5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR],
}
"""Upper bounds, seconds: a push may take a second or days."""

_ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:\s]+):(?P<port>\d{1,5})")


def _address(written: str) -> str:
    if not _ADDRESS.fullmatch(written):
        raise ValueError("it is not host:port")
    return written


_FORWARDED = LoggingConfig(
    TelemetryFilter(core_level="WARN", other_level="ERROR"),
    # What it would append may quote the failure of a task, and so a record.
    LogForwardingConfig(logging.getLogger("temporalio"), append_log_fields_to_message=False),
)
"""By itself the SDK's core writes to standard output, where results are."""

Address = Annotated[str, AfterValidator(_address)]
"""Where to listen: `127.0.0.1:9464`, or `0.0.0.0:9464` for others on the network."""


class TelemetrySettings(BaseSettings):
    """The PUSH_* variables for metrics, health and logs; without addresses nothing listens."""

    model_config = SettingsConfigDict(
        env_prefix="PUSH_", frozen=True, use_attribute_docstrings=True
    )

    metrics_address: Address | None = None
    """Where Prometheus scrapes `/metrics`; each process on a machine needs its own port."""

    health_address: Address | None = None
    """Where a worker answers `/health` and `/ready`. The front door has both on its own port."""

    log_format: Literal["text", "json"] = "text"
    """`json` writes one object per line, without record contents and texts of errors. `text` is
    for development."""


def runtime_of(settings: TelemetrySettings) -> Runtime:
    """Make the SDK's runtime, which serves the metrics; SettingsError when it can't listen.

    One for a process, before its first client.
    """
    address = settings.metrics_address
    telemetry = TelemetryConfig(
        logging=_FORWARDED,
        metrics=_prometheus(address) if address else None,
        attach_service_name=False,
    )
    try:
        return Runtime(telemetry=telemetry)
    except (RuntimeError, ValueError) as error:
        raise SettingsError(f"PUSH_METRICS_ADDRESS is wrong: {error}.") from error


@cache
def plain_runtime() -> Runtime:
    """Give the runtime of a process that serves no metrics; its warnings are Python's log lines."""
    return Runtime(telemetry=TelemetryConfig(logging=_FORWARDED))


def _prometheus(address: str) -> PrometheusConfig:
    return PrometheusConfig(
        bind_address=address,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=BUCKETS,
    )
