"""Pictures of the start page as numbers."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from codat.models import PushStatus
from dispatch.day_counts import DayCount
from dispatch.listed_run import ListedRun
from gateway.pages.charts import HEIGHT, day_bars, durations_of

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def a_run(connection, seconds, status=PushStatus.SUCCESS):
    return ListedRun(
        push_id=uuid4(),
        run_id="run",
        company="c",
        connection=connection,
        data_type="bills",
        status=status,
        cause="",
        reference="",
        has_operation=True,
        requested=NOON,
        started=NOON,
        closed=NOON + timedelta(seconds=seconds),
    )


def test_bars_of_a_day_stand_on_each_other_and_fill_the_picture():
    empty, full = day_bars(
        [
            DayCount(date(2026, 11, 28), dict.fromkeys(PushStatus, 0)),
            DayCount(date(2026, 11, 29), {PushStatus.SUCCESS: 3, PushStatus.FAILED: 1}),
        ]
    )

    assert ([], 0) == (empty.bars, empty.total)
    assert [("Success", HEIGHT), ("Failed", HEIGHT / 4)] == [
        (bar.name, bar.y + bar.height) for bar in full.bars
    ]
    assert HEIGHT == sum(bar.height for bar in full.bars)


def test_durations_are_by_software_of_what_succeeded():
    runs = [a_run("1", 1), a_run("2", 3), a_run("3", 9), a_run("1", 99, PushStatus.FAILED)]
    rows = durations_of(runs, {"1": "cloudbooks", "2": "cloudbooks"})

    assert [("3", 1, 9), ("cloudbooks", 2, 2)] == [
        (row.software, row.count, row.median.total_seconds()) for row in rows
    ]
    assert [100, 100] == [rows[0].p95_width, rows[0].median_width]
