"""The reader of list queries: what the product asks, and an error for all else."""

import pytest

from simulation.server.query import UnknownQuery, read_query

ROW = {
    "WorkflowId": "push-1",
    "PushStatus": "Failed",
    "StartTime": 2_000_000_000,
    "CloseTime": None,
}


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("", True),
        ('WorkflowId="push-1"', True),
        ('WorkflowId="push-1" AND PushStatus="Success"', False),
        ('PushStatus="Success" OR WorkflowId IN ("push-1", "x")', True),
        ("CloseTime IS NULL", True),
        ("PushStatus IS NOT NULL", True),
        (
            '(CloseTime IS NULL OR CloseTime>="1970-01-01T00:00:03+00:00") AND DataType IS NULL',
            True,
        ),
        ('StartTime>"1970-01-01T00:00:03+00:00"', False),
        ('WorkflowId STARTS_WITH "push-"', True),
    ],
)
def test_a_condition_is_read_as_the_server_reads_it(query, fits):
    assert read_query(query)(ROW) is fits


@pytest.mark.parametrize(
    "query", ['Nope="x"', "WorkflowId LIKE 'x'", 'WorkflowId="x" ORDER BY StartTime', "WorkflowId"]
)
def test_what_the_reader_does_not_know_is_an_error(query):
    with pytest.raises(UnknownQuery):
        read_query(query)
