"""Places for requests: strangers, keys and streams have their own, and health needs none."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from emulator import seeds
from gateway.app import build_app
from gateway.middleware import request_limits
from gateway.middleware.request_limits import MAX_OF_AN_ADDRESS, OF_A_STRANGER
from tests.support.asgi_server import served
from tests.support.eventually import eventually
from tests.support.front_door import BOUND_KEY, KEY, basic, front_door, login

LIST = f"/companies/{seeds.COMPANY}/push"
OTHERS = f"/companies/{seeds.OTHER_COMPANY}/push"
PUSH = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/suppliers"


@pytest_asyncio.fixture(loop_scope="session", name="few")
async def _few(devserver):
    """A front door with four places, two for each key."""
    async with (
        front_door(devserver, most_requests=4, most_streams=4) as door,
        served(build_app(door.parts)) as address,
    ):
        yield address


@asynccontextmanager
async def unending(address, path, many, headers=None, method="POST"):
    """So many requests whose bodies don't come; gives what was answered to them so far."""
    port, said = int(address.rpartition(":")[2]), []
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 9"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]

    async def ask(reader):
        said.append(await reader.readuntil(b"\r\n"))

    async with asyncio.TaskGroup() as group, AsyncExitStack() as stack:
        tasks = []
        for _ in range(many):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            writer.write("\r\n".join([*lines, "", ""]).encode())
            tasks.append(group.create_task(ask(reader)))
        yield said
        for task in tasks:
            task.cancel()


async def refusals(said, many):
    """Wait until so many were refused, and see that no more are."""

    async def are_there():
        return len([line for line in said if b" 503 " in line]) >= many

    await eventually(are_there)
    assert many == len(said)


async def statuses(address, *paths, key=KEY):
    async with httpx.AsyncClient(base_url=address, headers=basic(key), trust_env=False) as http:
        return [(await http.get(path)).status_code for path in paths]


async def test_strangers_whose_bodies_do_not_come_hold_up_nobody(few):
    async with unending(few, "/webhooks/codat", 60) as said:
        await refusals(said, 60 - MAX_OF_AN_ADDRESS)

        assert [200, 200, 200] == await statuses(few, LIST, "/health", "/ready")


async def test_a_wrong_key_is_a_strangers(few):
    async with unending(few, "/webhooks/codat", 60, basic("wrong")) as said:
        await refusals(said, 60 - MAX_OF_AN_ADDRESS)

        assert [200] == await statuses(few, LIST)


async def test_a_key_that_takes_all_its_places_leaves_others_theirs(few):
    async with unending(few, PUSH, 10, basic(KEY)) as said:
        await refusals(said, 8)

        assert [503] == await statuses(few, LIST)
        assert [200, 200] == await statuses(few, OTHERS, "/health", key=BOUND_KEY)

    async def is_let_in():
        return [200] == await statuses(few, LIST)

    await eventually(is_let_in)


async def test_streams_are_known_by_route_and_not_by_a_paths_end(few):
    path = f"{PUSH}/events"
    async with unending(few, path, 10, basic(KEY), "PUT") as said:
        await refusals(said, 8)


async def test_streams_are_shared_out(few):
    async with AsyncExitStack() as stack:
        browsers = []
        for key in (KEY, BOUND_KEY):
            http = httpx.AsyncClient(base_url=few, trust_env=False, timeout=30)
            browsers.append(await stack.enter_async_context(http))
            await http.post("/login", data=login(key))
        async with httpx.AsyncClient(base_url=few, headers=basic(KEY), trust_env=False) as http:
            held = await http.post(PUSH.replace(seeds.PROMPT, seeds.SLOW), json={"a": 1})
        page = f"/companies/{seeds.COMPANY}/pushes/{held.json()['pushOperationKey']}/events"
        streams = [
            await stack.enter_async_context(browsers[0].stream("GET", page)) for _ in range(3)
        ]
        other = await stack.enter_async_context(browsers[1].stream("GET", page))

        assert [200, 200, 503] == [one.status_code for one in streams]
        assert 403 == other.status_code


@pytest.mark.parametrize("path", ["/webhooks/codat", "/login", PUSH])
async def test_what_a_stranger_sends_is_small(few, path):
    async with httpx.AsyncClient(base_url=few, trust_env=False) as http:
        answer = await http.post(path, content=b"x" * (OF_A_STRANGER.body_bytes + 1))

    assert 413 == answer.status_code


async def test_what_a_stranger_sends_comes_at_once_or_not_at_all(few, monkeypatch):
    monkeypatch.setattr(request_limits, "OF_A_STRANGER", replace(OF_A_STRANGER, body_within=0.2))
    async with unending(few, "/webhooks/codat", 3) as said:

        async def are_answered():
            return len(said) == 3

        await eventually(are_answered)

    assert {b"HTTP/1.1 408 Request Timeout\r\n"} == set(said)


async def test_a_body_that_comes_in_drips_has_one_deadline(few, monkeypatch):
    monkeypatch.setattr(request_limits, "OF_A_STRANGER", replace(OF_A_STRANGER, body_within=0.5))
    _, writer = connected = await asyncio.open_connection("127.0.0.1", int(few[-5:].strip(":")))
    writer.write(b"POST /webhooks/codat HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n")
    answer = asyncio.create_task(connected[0].readuntil(b"\r\n"))
    while not answer.done():
        writer.write(b"x")
        await asyncio.wait([answer], timeout=0.1)
    writer.close()

    assert b"HTTP/1.1 408 Request Timeout\r\n" == await answer


async def test_without_keys_this_machine_may_take_all_places(devserver):
    async with (
        front_door(devserver, api_keys="", most_requests=2) as door,
        served(build_app(door.parts)) as address,
        unending(address, PUSH, 5) as said,
    ):
        await refusals(said, 3)
