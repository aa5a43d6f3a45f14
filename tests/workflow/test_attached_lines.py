"""`push-all` with lines that attach files: stored once a push starts, and never twice attached."""

import asyncio
import json
from unittest.mock import AsyncMock
from uuid import uuid4

import pytest
from temporalio.service import RPCError, RPCStatusCode

from commands import push_all
from commands.app import run
from dispatch.pushes import start_push
from emulator import seeds
from tests.workflow.test_attachments import PAPER, attached, house

LINE = {"companyId": seeds.COMPANY, "connectionId": seeds.PROMPT, "dataType": "bills"}
LAST = 3


@pytest.fixture(name="folder")
def _folder(tmp_path):
    for name, content in (("a.pdf", PAPER + uuid4().bytes), ("b.txt", uuid4().bytes)):
        (tmp_path / name).write_bytes(content)
    lines = [
        LINE | {"kind": "attach", "recordId": "b/7", "file": name}
        for name in ("a.pdf", "none.pdf", "b.txt")
    ]
    (tmp_path / "lines.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "large").mkdir()
    return tmp_path


@pytest.fixture(name="push_lines")
def _push_lines(folder, monkeypatch, capsys):
    """Run `push-all` at a house; give its exit code and what it says of each line."""
    monkeypatch.setenv("PUSH_LARGE_DIRECTORY", str(folder / "large"))

    async def carry(here):
        monkeypatch.setenv("PUSH_TASK_QUEUE", here.task_queue)
        monkeypatch.setattr(push_all, "reach_temporal", AsyncMock(return_value=here.client))
        command = ["push-all", str(folder / "lines.jsonl"), "--pace", "100/s", "--wait"]
        code = await asyncio.to_thread(run, command)
        told = map(json.loads, capsys.readouterr().out.splitlines())
        return code, {line["line"]: line for line in told}

    return carry


async def test_lines_attach_files_and_a_wrong_one_stops_no_other(devserver, folder, push_lines):
    async with house(devserver, folder / "large") as here:
        code, told = await push_lines(here)
        again, joined = await push_lines(here)

        assert ["a.pdf", "b.txt"] == sorted(file["name"] for file in attached(here))
    assert (2, 2) == (code, again)
    assert "none.pdf can't be read" in told[2]["error"]
    assert [True, False] == [one[1]["isNew"] for one in (told, joined)]
    assert {"Success"} == {told[number]["status"] for number in (1, LAST)}


async def test_interrupted_lines_are_run_again_without_a_second_file(
    devserver, folder, push_lines, monkeypatch
):
    async def interrupted(client, request):
        if request.file.name == "b.txt":
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        return await start_push(client, request)

    async with house(devserver, folder / "large") as here:
        with monkeypatch.context() as patched:
            patched.setattr(push_all, "start_push", interrupted)
            broken, _ = await push_lines(here)
        code, told = await push_lines(here)

        assert ["a.pdf", "b.txt"] == sorted(file["name"] for file in attached(here))
    assert (5, 2) == (broken, code)
    assert {"Success"} == {told[number]["status"] for number in (1, LAST)}


async def test_a_file_that_changes_after_it_was_read_is_refused(
    devserver, folder, push_lines, monkeypatch
):
    read = push_all.RequestReader.read

    def changed(reader, number, line):
        found = read(reader, number, line)
        if number == LAST:
            (folder / "b.txt").write_bytes(b"something else")
        return found

    monkeypatch.setattr(push_all.RequestReader, "read", changed)
    async with house(devserver, folder / "large") as here:
        _, told = await push_lines(here)

        assert ["a.pdf"] == [file["name"] for file in attached(here)]
    assert "b.txt changed while it was read" in told[LAST]["error"]
