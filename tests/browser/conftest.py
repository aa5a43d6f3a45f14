"""One browser for all tests of this folder."""

import os
import shutil

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session", name="chromium")
async def _chromium():
    path = shutil.which("chromium")
    if path is None:
        reason = "no chromium on this machine (apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()
