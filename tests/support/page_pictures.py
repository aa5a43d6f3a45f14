"""Draws the pictures of pages in docs/images: `python -m tests.support.page_pictures`.

The pages are real, before a dev server, a worker and the emulator.
"""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from playwright.async_api import Browser, async_playwright
from temporalio.testing import WorkflowEnvironment

from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER
from dispatch.pushes import Push
from emulator import seeds
from emulator.examples import record
from gateway.app import build_app
from tests.support.asgi_server import served
from tests.support.front_door import KEY, FrontDoor, front_door

IMAGES = Path(__file__).parents[2] / "docs" / "images"
QUALITY, SCALE = 60, 0.75
_numbers = count(41)
PUSHES = f"/companies/{seeds.COMPANY}/pushes"
BILL = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/bills/new"


async def push(door: FrontDoor, place: str, kind: str, data: dict[str, Any]) -> str:
    """Push a record and wait for its end; its key."""
    headers = {"Idempotency-Key": f"{kind}-{next(_numbers)}"}
    answer = await door.http.post(door.path(kind, place), json=data, headers=headers)
    key: str = answer.json()["pushOperationKey"]
    await door.ended(key)
    return key


async def fill(door: FrontDoor) -> str:
    """Push what pictures show; the key of a push that ended Unknown."""
    numbers: Sequence[str] = [f"{number}" for number in range(1041, 1049)]
    await asyncio.gather(
        *(push(door, seeds.PROMPT, "invoices", record("invoices", number=each)) for each in numbers)
    )
    await asyncio.gather(
        *(push(door, seeds.SYNCHRONOUS, "bills", record("bills", number=each)) for each in numbers)
    )
    for each in numbers[:3]:
        await push(door, seeds.REFUSING, "bills", record("bills", number=each))
    await push(door, seeds.PROMPT, "suppliers", {"supplierName": "Weir", "status": "Asleep"})
    unclear = await push(door, seeds.SHAKY, "bills", record("bills", number="1050"))
    await Push(door.cluster.client, UUID(unclear)).outcome()
    await push(door, seeds.PROMPT, "customers", record("customers", number="17"))
    return unclear


async def draw(browser: Browser, url: str, pages: dict[str, str]) -> None:
    """Photograph each page at a desk, and the list on a phone in the dark."""
    sizes: Sequence[tuple[str, int, int, Literal["light", "dark"]]] = (
        ("", 1200, 1000, "light"),
        ("-phone", 390, 844, "dark"),
    )
    for suffix, width, height, scheme in sizes:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            device_scale_factor=SCALE,
        )
        page = await context.new_page()
        await page.goto(f"{url}/login")
        await page.fill("[name=name]", "all")
        await page.fill("[name=key]", KEY)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("h1:text('Overview')")
        for name, path in pages.items():
            await page.goto(url + path)
            await page.wait_for_timeout(300)
            await page.goto(url + path)
            picture = IMAGES / f"{name}{suffix}.jpg"
            if not suffix or name == "pushes":
                await page.screenshot(
                    path=picture, type="jpeg", quality=QUALITY, full_page=name == "form"
                )
        await context.close()


async def main() -> None:
    """Fill a front door and draw its pages."""
    binary = shutil.which("temporal", path=str(Path(sys.executable).parent))
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary, data_converter=CONVERTER, dev_server_log_level="error"
    )
    async with environment, async_playwright() as playwright:
        await register_search_attributes(environment.client)
        async with front_door(environment) as door, served(build_app(door.parts)) as url:
            door.cluster.codat.connection(seeds.REFUSING).set(refusing="The period is closed.")
            unclear = await fill(door)
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            pages = {"overview": "/", "pushes": PUSHES, "form": BILL}
            await draw(browser, url, pages | {"page": f"{PUSHES}/{unclear}"})
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
