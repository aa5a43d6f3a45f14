"""One front door for all tests of its paths."""

import pytest_asyncio

from tests.support.front_door import front_door


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="door")
async def _door(devserver):
    async with front_door(devserver) as door:
        yield door
