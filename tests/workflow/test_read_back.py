"""After a success the record is read as it stands in the platform, where the caller wants that."""

from datetime import timedelta
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from surepush_client.payloads import dumps, to_plain
from tests.support.protocol import protocol, seconds_for_minutes

NOTE = "Rent for May, June and July"
CUT = NOTE[:24]


def reading(devserver, **options):
    return protocol(devserver, echo_data=False, **options)


def a_platform(here, **behaviour):
    platform = here.codat.connection(seeds.PROMPT)
    platform.set(**{"delay": 0, "refresh_seconds": 0, "rewrites": ["cut"], **behaviour})
    return platform


def invoices(**more):
    data = record("invoices", f"-{uuid4().hex[:10]}") | {"note": NOTE}
    return {"data_type": "invoices", "data": data, "validation": "off"} | more


def refreshes(here):
    return [entry for entry in here.codat.journal(method="POST") if "/data/queue/" in entry["path"]]


def warned(outcome):
    return " ".join(finding.message for finding in outcome.warnings)


async def test_the_record_and_what_the_platform_changed_are_told(devserver):
    async with reading(devserver) as here:
        a_platform(here)
        outcome = await here.end(**invoices(read_back=True))

        (written,) = here.records
        assert 1 == len(refreshes(here))
    assert ("Success", written["recordId"]) == (outcome.status, outcome.data["id"])
    changes = {
        field.pointer: (field.sent, field.stands) for field in outcome.changed_by_platform or ()
    }
    assert (NOTE, CUT) == changes["/note"]
    assert [] == outcome.warnings


async def test_an_update_is_read_back_and_a_setting_does_it_for_all(devserver):
    data = record("suppliers", f" {uuid4().hex[:10]}")
    async with reading(devserver, read_back=True) as here:
        a_platform(here, rewrites=[])
        outcome = await here.end(
            data_type="suppliers", data=data, record_id="supplier-1", validation="off"
        )
        refused = await here.end(**invoices(read_back=False))

        assert 1 == len(refreshes(here))
    assert ("supplier-1", data["supplierName"]) == (
        outcome.data["id"],
        outcome.data["supplierName"],
    )
    assert [] == outcome.changed_by_platform
    assert (None, None) == (refused.data, refused.changed_by_platform)


async def test_without_it_the_outcome_is_as_ever(devserver):
    async with reading(devserver) as here:
        a_platform(here)
        outcome = await here.end(**invoices())

        assert [] == refreshes(here)
    written = dumps(to_plain(outcome))
    assert ('"data":' in written, '"changedByPlatform":' in written) == (False, False)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ({"refuses_reads": 403}, "403"),
        ({"refresh_status": "FetchError"}, "FetchError"),
        ({"unreadable": ["invoices"]}, "NotSupported"),
    ],
)
async def test_where_it_is_refused_the_success_says_so(devserver, behaviour, words):
    async with reading(devserver) as here:
        a_platform(here, **behaviour)
        outcome = await here.end(**invoices(read_back=True))

    assert ("Success", None) == (outcome.status, outcome.changed_by_platform)
    assert "could not be read back" in warned(outcome)
    assert words in warned(outcome)


async def test_at_the_deadline_it_is_a_success_all_the_same(devserver, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with reading(devserver) as here:
        a_platform(here, refresh_seconds=600)
        outcome = await here.end(**invoices(read_back=True, timeout_in_minutes=4))

    assert "Success" == outcome.status
    assert "could not be read back: Codat did not read it in time." in warned(outcome)


async def test_what_failed_is_not_read(devserver):
    async with reading(devserver) as here:
        a_platform(here, refusing="The period is closed.")
        outcome = await here.end(**invoices(read_back=True))

        assert [] == refreshes(here)
    assert ("Failed", []) == (outcome.status, outcome.warnings)


@pytest.mark.parametrize("path", [r"^.*/data/queue/.*$", r"^.*/data/invoices/[^/]+$"])
async def test_where_codat_does_not_answer_it_is_a_success(devserver, monkeypatch, path):
    for limit in ("READ_BACK_FOR", "READ_WITHIN"):
        monkeypatch.setattr(f"workflows.steps.read_back.{limit}", timedelta(seconds=2))
    async with reading(devserver) as here:
        a_platform(here)
        here.codat.fault("refuse", path=path)
        outcome = await here.end(**invoices(read_back=True))

    assert ("Success", None) == (outcome.status, outcome.changed_by_platform)
    assert "could not be read back" in warned(outcome)
