"""The examples with Codat's own clients, run against the front door as their readers would."""

from decimal import Decimal
from uuid import UUID

import pytest
import pytest_asyncio

from dispatch.pushes import Push, request_of
from emulator import seeds
from gateway.app import build_app
from tests.support.asgi_server import served
from tests.support.front_door import KEY, front_door
from tests.support.official_clients import AROUND, EXAMPLES
from tests.support.subprocess_runner import run

pytestmark = pytest.mark.timeout(200)


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="door")
async def _door(devserver):
    async with front_door(devserver) as door, served(build_app(door.parts)) as url:
        yield door, url


@pytest.mark.parametrize("environment", EXAMPLES)
async def test_codat_clients_push_once_with_the_right_amount(door, environment, tmp_path):
    front, url = door
    ran = [
        await run(
            *(*EXAMPLES[environment], url, KEY, company, seeds.PROMPT, "17", amount),
            environment=AROUND,
            cwd=tmp_path,
        )
        for company, amount in (
            (seeds.COMPANY, "12345678901234.10"),
            (seeds.COMPANY.upper(), "12345678901234.10"),
            (seeds.COMPANY, "1.20"),
            (seeds.COMPANY, "12345678901234567.89"),
        )
    ]
    keys = {one.out for one in ran[:2]}
    assert [0, 0, 2, 2] == [one.code for one in ran], ran
    (pushed, status) = ran[0].out.split()
    record = (await request_of(Push(front.cluster.client, UUID(pushed)))).data

    assert (1, "Success") == (len(keys), status)
    assert Decimal("12345678901234.1") == record["totalAmount"]
    assert "422" in ran[2].err
    assert "more digits than this client sends" in ran[3].complaint
