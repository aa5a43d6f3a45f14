"""Reads back the metrics that a test has counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig

OURS = ("codat_", "gateway_", "push_")


@dataclass
class Measured:
    """A runtime whose metrics stay here."""

    buffer: MetricBuffer = field(default_factory=lambda: MetricBuffer(100_000))
    runtime: Runtime = field(init=False)

    def __post_init__(self) -> None:
        self.runtime = Runtime(
            telemetry=TelemetryConfig(metrics=self.buffer, attach_service_name=False)
        )

    def told(self) -> list[tuple[str, Mapping[str, object], float]]:
        """Give name, labels and value of what was counted since the last call."""
        return [
            (one.metric.name, dict(one.attributes), one.value)
            for one in self.buffer.retrieve_updates()
            if one.metric.name.startswith(OURS)
        ]
