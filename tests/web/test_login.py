"""The login page asks for a key and its name, and slows those who guess at a name."""

import re
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio

from emulator import seeds
from gateway.app import build_app
from tests.support.front_door import BASE, BOUND_KEY, KEY, basic, front_door, login
from tests.web.test_pages_sessions import HOME, browser

LIST = f"/companies/{seeds.COMPANY}/push"
MOST = 3


@pytest_asyncio.fixture(loop_scope="session", name="app")
async def _app(devserver):
    async with front_door(devserver, most_wrong_keys=MOST) as door:
        yield build_app(door.parts)


@asynccontextmanager
async def at(app, number):
    """Somebody at an address of their own."""
    transport = httpx.ASGITransport(app, client=(f"203.0.113.{number}", 1))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        yield http


async def log_in(app, number, key, name="all"):
    async with at(app, number) as http:
        return await http.post("/login", data=login(key, name))


async def guess(app, name="all"):
    """As many guesses as make a name slow."""
    return [await log_in(app, number, "guess", name) for number in range(MOST)]


@pytest.mark.parametrize(
    "sent",
    [login(KEY, "other"), login(KEY, "nobody"), login(BOUND_KEY, "all"), {"key": KEY}],
    ids=["other", "nobody", "other key", "none"],
)
async def test_a_key_logs_in_under_its_own_name_only(door, sent):
    async with browser(door) as http:
        answer = await http.post("/login", data=sent)

    assert 401 == answer.status_code
    assert "Wrong key name or API key." in answer.text
    assert "set-cookie" not in answer.headers


async def test_what_was_typed_as_a_name_is_shown_again_as_text(door):
    async with browser(door) as http:
        answer = await http.post("/login", data=login(KEY, '"><b>'))

    assert 'value="&#34;&gt;&lt;b&gt;"' in answer.text
    assert KEY not in answer.text


async def test_many_addresses_that_guess_one_name_are_slowed(app):
    await guess(app)
    first = await log_in(app, 9, "guess")
    second = await log_in(app, 9, KEY)

    assert (401, 429) == (first.status_code, second.status_code)
    assert "60" == second.headers["retry-after"]


async def test_the_owner_of_a_guessed_name_is_not_locked_out(app):
    async with at(app, 8) as http:
        await http.post("/login", data=login())
        await guess(app)
        seen = await http.get(HOME)
        again = await http.post("/login", data=login())
    elsewhere = await log_in(app, 9, KEY)

    assert [200, 303, 303] == [one.status_code for one in (seen, again, elsewhere)]


async def test_a_key_in_a_header_is_not_slowed_by_its_name(app):
    await guess(app)
    async with at(app, 0) as http:
        answer = await http.get(LIST, headers=basic(KEY))

    assert 200 == answer.status_code


async def test_nobody_learns_which_names_there_are(devserver):
    told = []
    for name in ("all", "nil"):
        async with front_door(devserver, most_wrong_keys=MOST) as door:
            app = build_app(door.parts)
            answers = [*await guess(app, name), await log_in(app, 1, "guess", name)]
        own = rf"{name}|correlationId...\w+"
        told.append([(one.status_code, re.sub(own, "", one.text)) for one in answers])

    assert [401, 401, 401, 429] == [status for status, _ in told[0]]
    assert told[0] == told[1]
