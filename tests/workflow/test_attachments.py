"""A push that attaches a file or removes one: the file lies beside Temporal, and is sent once."""

import asyncio
import hashlib
import io
import json
from contextlib import asynccontextmanager
from unittest.mock import AsyncMock

import pytest

from commands.app import run
from dispatch.attachments import start_attach
from dispatch.retries import retry_push
from emulator import seeds
from emulator.examples import record
from surepush_client.files import WrongFile
from tests.support.cluster import a_request
from tests.support.large_payloads import beside
from tests.support.protocol import protocol

PAPER = b"%PDF-1.7 \x00\xff\r\n--" * 150_000  # more than two pieces
LOST = ("drop-before-commit", "commit-then-drop", "commit-then-5xx")
DETACH = {"data_type": "bills", "kind": "detach", "record_id": "b/7", "data": ()}


@asynccontextmanager
async def house(devserver, directory, **settings):
    environment = beside(devserver, directory) if directory else devserver
    async with protocol(environment, rules="enforced", **settings) as here:
        prompt = here.codat.connection(seeds.PROMPT)
        prompt.add_record("bills", record("bills"), record_id="b/7")
        yield here


async def attach(here, content=PAPER, name="paper.pdf", record_id="b/7", **fields):
    asked = a_request(data_type="bills", record_id=record_id)
    given = asked.model_dump(by_alias=True, exclude_none=True, exclude={"data"}) | fields
    return await start_attach(
        here.client, given, io.BytesIO(content), name, task_queue=here.task_queue
    )


def uploads(here):
    return [one for one in here.posts if one["path"].endswith("/attachments")]


def attached(here):
    return [one["data"] for one in here.records if one["change"] == "AttachmentUploaded"]


async def test_a_file_is_attached_whole_and_once(devserver, tmp_path):
    async with house(devserver, tmp_path) as here:
        push = await attach(here, idempotencyKey="once")
        outcome = await push.outcome()
        joined = await attach(here, idempotencyKey="once")
        size = (await push.describe()).raw_info.history_size_bytes

        assert (1, False) == (len(uploads(here)), joined.is_new)
        (file,) = attached(here)
    kept = [path.read_bytes() for path in tmp_path.glob(f"*/{push.workflow_id}/*")]

    assert ("Success", "The file was attached.") == (outcome.status, outcome.message)
    assert outcome.records[0].attachment_id
    assert file == {
        "name": "paper.pdf",
        "contentType": "application/pdf",
        "fileSize": len(PAPER),
        "sha256": hashlib.sha256(PAPER).hexdigest(),
    }
    assert size < 50_000
    assert kept
    assert not any(b"%PDF" in piece for piece in kept)


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_file_is_proven_by_the_list_of_attachments(devserver, tmp_path, fault):
    async with house(devserver, tmp_path, find_for=1) as here:
        here.codat.fault(fault, method="POST", nth=1)
        push = await attach(here)
        outcome = await push.outcome()

        assert (1 + (fault == LOST[0]), 1) == (len(uploads(here)), len(attached(here)))
    assert "Success" == outcome.status


async def test_what_no_list_shows_is_unknown(devserver, tmp_path):
    async with house(devserver, tmp_path, find_for=1) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        here.codat.fault("error-before-commit", method="GET", path="/attachments", status=404)
        push = await attach(here)
        outcome = await push.outcome()

        assert 1 == len(uploads(here))
    assert ("Unknown", 1) == (outcome.status, len(outcome.candidates))


async def test_the_upload_of_another_file_is_not_ours(devserver, tmp_path):
    async with house(devserver, tmp_path, find_for=1) as here:
        await (await attach(here, b"other", "other.txt")).outcome()
        here.codat.fault("drop-before-commit", method="POST", nth=1)
        push = await attach(here)
        outcome = await push.outcome()

        assert ["other.txt", "paper.pdf"] == [file["name"] for file in attached(here)]
    assert "Success" == outcome.status


async def test_two_lost_files_of_one_name_and_size_are_not_told_apart(devserver, tmp_path):
    async with house(devserver, tmp_path, find_for=1) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        here.codat.fault("commit-then-drop", method="POST", nth=2)
        pushes = [await attach(here, content) for content in (b"one", b"two")]
        outcomes = [await push.outcome() for push in pushes]

        assert 2 == len(uploads(here))
    assert ["Unknown", "Unknown"] == [outcome.status for outcome in outcomes]


async def test_the_key_of_one_file_is_not_that_of_another(devserver, tmp_path):
    async with house(devserver, tmp_path) as here:
        await (await attach(here, idempotencyKey="shared")).outcome()
        with pytest.raises(ValueError, match="belongs to a push of another record"):
            await attach(here, b"other", idempotencyKey="shared")


async def test_a_file_that_is_gone_or_changed_is_not_sent(devserver, tmp_path):
    async with house(devserver, tmp_path) as here:
        here.codat.fault("throttle", method="POST", nth=1, retry_after=1)
        push = await attach(here)
        await here.codat.arrival(method="POST")
        for piece in tmp_path.glob(f"*/{push.workflow_id}/*"):
            piece.write_bytes(b"something else")
        outcome = await push.outcome()

        assert [] == attached(here)
    assert ("Failed", False) == (outcome.status, outcome.may_still_land)
    assert outcome.message.startswith("Nothing was sent: The file to attach is not there any more")


async def test_an_empty_or_too_large_file_is_refused(devserver, tmp_path, monkeypatch):
    monkeypatch.setenv("PUSH_LARGEST_FILE", "10")
    async with house(devserver, tmp_path) as here:
        for content, said in ((b"", "is empty"), (b"x" * 11, "more than the 10 bytes allowed")):
            with pytest.raises(WrongFile, match=said):
                await attach(here, content)

        assert [] == uploads(here)


async def test_without_a_place_for_files_there_is_none(devserver):
    async with protocol(devserver) as here:
        with pytest.raises(WrongFile, match="need PUSH_LARGE_DIRECTORY or PUSH_LARGE_BUCKET"):
            await attach(here)


async def test_a_failed_attachment_is_retried_with_the_same_file(devserver, tmp_path):
    async with house(devserver, tmp_path) as here:
        push = await attach(here, record_id="b/8")
        first = await push.outcome()
        here.codat.connection(seeds.PROMPT).add_record("bills", record("bills"), record_id="b/8")
        await retry_push(push, task_queue=here.task_queue)
        outcome = await push.outcome()

        assert [len(PAPER)] == [file["fileSize"] for file in attached(here)]
    assert ("Failed", "Success") == (first.status, outcome.status)
    assert "refused the file: " in first.message


async def test_an_attachment_is_removed(devserver, tmp_path):
    async with house(devserver, tmp_path) as here:
        made = await (await attach(here)).outcome()
        attachment_id = made.records[0].attachment_id
        outcome = await here.end(**DETACH, attachment_id=attachment_id)
        again = await here.end(**DETACH, attachment_id=attachment_id)

    assert ("Success", "The attachment was removed.") == (outcome.status, outcome.message)
    assert ("Failed", False) == (again.status, again.may_still_land)


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_removal_is_proven_by_the_list(devserver, tmp_path, fault):
    async with house(devserver, tmp_path, find_for=1) as here:
        made = await (await attach(here)).outcome()
        here.codat.fault(fault, method="DELETE", nth=1)
        outcome = await here.end(**DETACH, attachment_id=made.records[0].attachment_id)

        assert 1 == sum(one["change"] == "AttachmentDeleted" for one in here.records)
    assert "Success" == outcome.status


async def test_the_command_line_attaches_and_removes(devserver, tmp_path, monkeypatch, capsys):
    paper, large = tmp_path / "paper.pdf", tmp_path / "large"
    large.mkdir()
    paper.write_bytes(PAPER)
    where = ("--company", seeds.COMPANY, "--connection", seeds.PROMPT, "--data-type", "bills")
    where = (*where, "--record-id", "b/7", "--wait", "--json")
    async with house(devserver, large) as here:
        monkeypatch.setenv("PUSH_TASK_QUEUE", here.task_queue)
        monkeypatch.setattr("commands.push.reach_temporal", AsyncMock(return_value=here.client))
        code = await asyncio.to_thread(run, ["attach", *where, "--file", str(paper)])
        attachment_id = json.loads(capsys.readouterr().out)["records"][0]["attachmentId"]
        detached = await asyncio.to_thread(
            run, ["detach", *where, "--attachment-id", attachment_id]
        )
        refused = await asyncio.to_thread(run, ["attach", *where, "--file", "/dev/null"])

        assert [len(PAPER)] == [file["fileSize"] for file in attached(here)]
    assert (0, 0, 2) == (code, detached, refused)
    assert "--file: The file null is empty." == capsys.readouterr().err.splitlines()[-1]
