"""Codat's own clients, unmodified, drive the emulator as they drive Codat."""

import pytest_asyncio

from emulator import seeds
from tests.support.emulator_process import KEY, running
from tests.support.official_clients import NEWEST, NODE, OLDER, driven

WHERE = (seeds.COMPANY, seeds.PROMPT, KEY["Authorization"])


@pytest_asyncio.fixture(name="report", scope="module", loop_scope="session")
async def _report():
    with running() as emulator:
        report = await driven(OLDER, "drive.py", emulator.url, *WHERE)
        return report | {"uploads": uploads(emulator)}


def uploads(emulator):
    """The number of files that reached the books."""
    with emulator.client() as client:
        client.post("/_emulator/clock/advance", json={"seconds": 60})
        entries = client.get("/_emulator/ledger").json()
    return sum(entry["change"] == "AttachmentUploaded" for entry in entries)


def test_codat_accounting_creates_pushes_and_reads_their_end(report):
    assert "Pending" == report["accounting"]["first"]
    assert ["Success", "Success"] == report["accounting"]["statuses"]
    assert all(report["accounting"]["records"])


def test_codat_platform_lists_what_the_others_pushed(report):
    newest = [report["payables"]["key"], report["accounting"]["keys"][-1]]

    assert newest == report["platform"]["listed"]
    assert (3, "Object") == (report["platform"]["total"], report["platform"]["option"])


def test_codat_platform_manages_webhook_consumers(report):
    assert {"listed": True, "left": 0} == report["webhooks"]


def test_codat_sync_for_payables_pushes_and_reads_the_end(report):
    assert "Success" == report["payables"]["status"]


def test_codat_accounting_and_payables_upload_attachments(report):
    assert 2 == report["uploads"]


def test_codat_accounting_reads_back_what_it_pushed(report):
    reads, types = report["reads"], ["bankTransactions", "bills", "chartOfAccounts", "transfers"]

    assert dict.fromkeys(types, "Complete") == reads["refreshes"]
    assert ["Complete"] * 3 == reads["fresh"]
    assert (report["accounting"]["bill"], ["OFF-1"]) == (reads["bill"], reads["queried"])
    assert ("account-1", 0, 0) == (reads["account"], reads["transfers"], reads["transactions"])


@pytest_asyncio.fixture(
    name="seen",
    scope="module",
    loop_scope="session",
    params=[NEWEST, NODE],
)
async def _seen(request):
    script, *more = {NEWEST: ["newest/drive.py"], NODE: ["node/drive.js", "attach"]}[request.param]
    with running() as emulator:
        report = await driven(request.param, script, emulator.url, *WHERE, *more)
        return report | {"uploads": [uploads(emulator), len(more)]}


def test_newer_clients_create_pushes_and_read_their_end(seen):
    assert {"Success"} == set(seen["ends"].values())
    assert len(seen["keys"]) == len(set(seen["keys"].values()))


def test_newer_clients_read_options(seen):
    assert {"Object"} == set(seen["options"].values())


def test_newer_clients_list_what_was_pushed(seen):
    ended = {key: seen["ends"][client] for client, key in seen["keys"].items()}

    assert "platform" in seen["listed"]
    assert [ended] * len(seen["listed"]) == list(seen["listed"].values())


def test_the_client_for_node_uploads_an_attachment(seen):
    found, expected = seen["uploads"]

    assert expected == found
