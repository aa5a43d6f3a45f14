"""What travels through Temporal is read as it was taken, in small turns of the event loop."""

from typing import Any

import pytest
from temporalio.api.common.v1 import Payload

from activities.prior_runs import PriorOutcome
from activities.wire import Wire
from bench.load.worst import RECORDS
from codat.exact_json import dumps, loads
from dispatch.payloads.converter import CONVERTER
from surepush_client.payloads import to_plain
from tests.support.event_loop_calls import Busiest


class Inner(Wire):
    some_text: str | None = None


class Outer(Wire):
    inner_ones: list[Inner] = []
    data: dict[str, Any] = {}


def test_what_once_began_with_repeated_members_is_read_again():
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b'{"a": 1, "a": 2}')

    assert [{"a": 2}] == CONVERTER.payload_converter.from_payloads([payload])


def test_absent_fields_are_left_out_and_a_records_nulls_are_not():
    outer = Outer(inner_ones=[Inner(some_text="x"), Inner()], data={"a": None, "b": [None]})

    assert {
        "innerOnes": [{"someText": "x"}, {}],
        "data": {"a": None, "b": [None]},
    } == to_plain(outer)


def test_what_a_model_does_not_know_goes_along():
    told = PriorOutcome.model_validate({"status": "Success", "mayStillLand": True})

    assert {"status": "Success", "submitted": False, "mayStillLand": True} == to_plain(told)


@pytest.mark.parametrize("text", RECORDS.values(), ids=RECORDS)
async def test_the_largest_records_are_converted_in_small_turns(text):
    record = Outer(data=loads(text))
    with Busiest() as busiest:
        payloads = await CONVERTER.encode([record])
        (again,) = await CONVERTER.decode(payloads, [Outer])

    assert dumps(record.data) == dumps(again.data)
    assert busiest.calls < 60_000
