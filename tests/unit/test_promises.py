"""The table of `make bench`: ratios of turns, promises, and what a history says of polls."""

import pytest
from temporalio.api.history.v1 import HistoryEvent

from bench.promises.running import polls_of
from bench.promises.table import Promise, Row, ratios
from bench.promises.whole import LIMITS, rows


def test_a_ratio_is_of_the_same_turn():
    figures = {"older": [2.0, 4.0], "now": [1.0, 1.0]}

    assert {"older": [1.0, 1.0], "now": [0.5, 0.25]} == ratios(figures, "older")


@pytest.mark.parametrize(
    ("promise", "figures", "kept"),
    [
        (Promise(2), [1.0, 2.0, 9.0], True),
        (Promise(2), [1.0, 2.1, 9.0], False),
        (Promise(2, at_least=True), [1.0, 2.0, 9.0], True),
        (Promise(2, at_least=True), [1.9], False),
        (Promise(2), [], None),
        (None, [1.0], None),
    ],
)
def test_a_promise_is_of_the_median_of_today(promise, figures, kept):
    assert kept is Row("what", {"older": [1.0], "now": figures}, promise).is_kept


def test_a_row_says_what_is_promised_and_whether_it_is_reached():
    row = Row("what", {"older": [3.0], "now": [1.0, 2.0, 4.0]}, Promise(1.5), 2)

    assert ("what", "3.00", "-", "2.00 (1.00-4.00)", "<= 1.5", "no") == row.cells()


def test_every_attempt_of_a_poll_counts():
    events = [HistoryEvent(event_id=number) for number in range(1, 5)]
    for event, kind in zip(events[::2], ("push", "poll-status"), strict=True):
        event.activity_task_scheduled_event_attributes.activity_type.name = kind
    for event in events[1::2]:
        event.activity_task_started_event_attributes.attempt = event.event_id
        event.activity_task_started_event_attributes.scheduled_event_id = event.event_id - 1

    assert 4 == polls_of(events)


def test_whole_runs_have_all_their_rows():
    assert [*LIMITS] == [row.what for row in rows()]
    assert any(row.figures.get("older") for row in rows())
