"""Keys, their rotation, the codec server and Temporal's own UI, as a person meets them together."""

import base64
import sys
from contextlib import asynccontextmanager
from uuid import UUID

import pytest_asyncio
from temporalio.client import Client

from dispatch.payloads.converter import converter
from dispatch.payloads.keyring import KeyRing, read_keys
from dispatch.pushes import start_push
from emulator import seeds
from emulator.examples import record
from stack.ports import HOST, Ports
from stack.process import Process
from stack.services import running
from workflows.models import PushRequest

OLD, NEW = (f"k{at}:{base64.b64encode(bytes([at] * 32)).decode()}" for at in (1, 2))
BEFORE, BETWEEN, AFTER = OLD, f"{OLD},{NEW}", f"{NEW},{OLD}"
NAMES = {BEFORE: "Kowalski and Daughters", BETWEEN: "Nowak and Sons", AFTER: "Wolf and Aunts"}


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="stack")
async def _stack(tmp_path_factory):
    async with running(tmp_path_factory.mktemp("sealed"), Ports.free()) as stack:
        yield stack


async def pushed(stack, keys):
    """The history's page of a push that everybody wrote with these keys."""
    worker = await stack.start_worker(PUSH_ENCRYPTION_KEYS=keys)
    await worker.says("Worker ready")
    ring, address = read_keys(keys), f"{HOST}:{stack.ports.temporal}"
    assert isinstance(ring, KeyRing)
    client = await Client.connect(address, data_converter=converter(ring))
    request = PushRequest(
        company_id=UUID(seeds.COMPANY),
        connection_id=UUID(seeds.SYNCHRONOUS),
        data_type="suppliers",
        data=record("suppliers") | {"supplierName": NAMES[keys]},
    )
    push = await start_push(client, request)
    assert "Success" == (await push.outcome()).status
    await worker.stop()
    run = (await push.describe()).run_id
    home = f"http://{HOST}:{stack.ports.ui}/namespaces/default/workflows"
    return f"{home}/{push.workflow_id}/{run}/history"


@asynccontextmanager
async def codec_server(stack, keys):
    """Its address; the UI may ask it."""
    process = await Process.start(
        "codec server",
        (sys.executable, "-m", "dispatch.codec_server", "--port", str(stack.ports.gateway)),
        stack.environment
        | {
            "PUSH_ENCRYPTION_KEYS": keys,
            "CODEC_ORIGINS": f"http://{HOST}:{stack.ports.ui}",
        },
        stack.folder / "codec.log",
    )
    try:
        await process.says("running on")
        yield f"http://{HOST}:{stack.ports.gateway}"
    finally:
        await process.stop()


async def use_codec_server(page, address):
    await page.get_by_label("Configure Codec Server").first.click()
    await page.get_by_text("Use my browser setting").click()
    await page.locator("#data-encoder-endpoint-input").fill(address)
    await page.locator("dialog[open]").get_by_text("Apply").click()


async def test_after_a_key_rotation_the_ui_shows_old_and_new_records(chromium, stack):
    histories = {name: await pushed(stack, keys) for keys, name in NAMES.items()}
    page = await chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(15_000)
    for name, history in histories.items():
        await page.goto(history)
        await page.get_by_text("Workflow Execution Completed").first.wait_for()
        assert name not in await page.inner_text("body")

    async with codec_server(stack, AFTER) as address:
        await use_codec_server(page, address)
        for name, history in histories.items():
            await page.goto(history)
            await page.get_by_text(name).first.wait_for()
    await page.close()
