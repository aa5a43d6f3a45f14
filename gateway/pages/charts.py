"""Pictures as numbers: where the bars of an inline SVG stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median, quantiles

from codat.models import PushStatus
from dispatch.day_counts import DayCount
from dispatch.listed_run import ListedRun

STATUSES = (PushStatus.SUCCESS, PushStatus.FAILED, PushStatus.TIMED_OUT, PushStatus.UNKNOWN)
WIDTH, HEIGHT = 700, 180
_GAP = 16


@dataclass(frozen=True)
class Bar:
    """A rectangle in the units of its picture, and the status or measure that it stands for."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class DayBars:
    """One day's bars on top of each other."""

    label: str
    middle: float
    total: int
    bars: list[Bar]


@dataclass(frozen=True)
class DurationRow:
    """How long pushes of one software and data type took; of `count` that succeeded.

    `software` is a connection's id where its software is not known.
    """

    software: str
    data_type: str
    count: int
    median: timedelta
    p95: timedelta
    median_width: float
    p95_width: float


def day_bars(days: Sequence[DayCount]) -> list[DayBars]:
    """Return the bars of each day, scaled to the largest."""
    most = max((sum(day.by_status.values()) for day in days), default=0) or 1
    slot = WIDTH / max(len(days), 1)
    shown: list[DayBars] = []
    for number, day in enumerate(days):
        base, bars = float(HEIGHT), list[Bar]()
        for status in STATUSES:
            height = day.by_status.get(status, 0) / most * HEIGHT
            base -= height
            if height:
                bars.append(Bar(status.value, slot * number + _GAP, base, slot - 2 * _GAP, height))
        total = sum(day.by_status.values())
        shown.append(DayBars(f"{day.day:%d %b}", slot * (number + 0.5), total, bars))
    return shown


def durations_of(
    ended: Sequence[ListedRun], platforms: Mapping[str, str] | None = None
) -> list[DurationRow]:
    """Return median and 95th percentile by software and data type, the slowest first.

    `platforms` has the software of connections by their ids.
    """
    times: dict[tuple[str, str], list[float]] = {}
    for run in ended:
        if run.status is PushStatus.SUCCESS and run.closed:
            seconds = (run.closed - run.requested).total_seconds()
            software = (platforms or {}).get(run.connection, run.connection)
            times.setdefault((software, run.data_type), []).append(seconds)
    measured = [(*place, sorted(each)) for place, each in times.items()]
    found = [
        (software, kind, len(each), median(each), _p95(each)) for software, kind, each in measured
    ]
    longest = max((p95 for *_, p95 in found), default=0) or 1
    rows = [
        DurationRow(
            software=software,
            data_type=kind,
            count=count,
            median=timedelta(seconds=middle),
            p95=timedelta(seconds=p95),
            median_width=middle / longest * 100,
            p95_width=p95 / longest * 100,
        )
        for software, kind, count, middle, p95 in found
    ]
    return sorted(rows, key=lambda row: -row.p95)


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
