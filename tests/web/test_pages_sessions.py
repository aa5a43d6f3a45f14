"""Who may look at pages: sessions, forms that came from elsewhere, companies of others."""

import re

import httpx
import pytest

from emulator import seeds
from gateway.app import build_app
from gateway.sessions import safe_target
from tests.support.front_door import BASE, BOUND_KEY, KEY, front_door, login

HOME = f"/companies/{seeds.COMPANY}/pushes"
NEW = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/suppliers/new"


def browser(door):
    """Somebody without an API key, who keeps cookies."""
    transport = httpx.ASGITransport(build_app(door.parts), raise_app_exceptions=False)
    headers = {"Accept": "text/html"}
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)


async def logged_in(http, key=KEY):
    answer = await http.post("/login", data=login(key) | {"next": HOME})
    assert 303 == answer.status_code
    return answer


def token_in(text):
    return re.findall(r'name="_csrf" value="([\w-]+)"', text)[0]


async def test_a_stranger_is_sent_to_log_in_and_back(door):
    async with browser(door) as http:
        sent = await http.get(HOME)
        page = await http.get(sent.headers["location"])
        entered = await logged_in(http)

        assert 303 == sent.status_code
        assert f'name="next" value="{HOME}"' in page.text
        assert HOME == entered.headers["location"]
        assert 200 == (await http.get(HOME)).status_code


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(door):
    async with browser(door) as http:
        cookie = (await logged_in(http)).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert KEY not in cookie


async def test_a_wrong_key_does_not_log_in(door):
    async with browser(door) as http:
        answer = await http.post("/login", data=login("wrong", "all"))

    assert 401 == answer.status_code
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "forge",
    [
        lambda c: f"{c.rpartition('.')[0]}.{'A' * 43}",
        lambda c: c.replace("all:", "other:"),
        lambda c: re.sub(r":\d+:", ":9999999999:", c),
    ],
    ids=["signature", "name", "end"],
)
async def test_a_forged_cookie_is_none(door, forge):
    async with browser(door) as http:
        await logged_in(http)
        value = forge(http.cookies["surepush"].strip('"'))
        http.cookies.clear()
        answer = await http.get(HOME, headers={"Cookie": f"surepush={value}"})

    assert 303 == answer.status_code


@pytest.mark.parametrize("ends", ["9" * 5000, "x", ""])
async def test_a_cookie_that_ends_at_no_time_is_none(door, ends):
    async with browser(door) as http:
        answer = await http.get(HOME, headers={"Cookie": f"surepush=all:{ends}:x.y"})

    assert 303 == answer.status_code


async def test_pages_keep_a_bound_key_to_its_company(door):
    async with browser(door) as http:
        await logged_in(http, BOUND_KEY)

        assert 403 == (await http.get(HOME)).status_code
        assert 403 == (await http.get(NEW)).status_code


async def test_a_form_from_elsewhere_starts_nothing(door):
    async with browser(door) as http:
        await logged_in(http)
        before = len(door.cluster.posts)
        answers = [
            await http.post(NEW, data={"supplierName": "Forged", "_csrf": token})
            for token in ("", "A" * 43)
        ]

    assert [403, 403] == [answer.status_code for answer in answers]
    assert before == len(door.cluster.posts)


async def test_logging_out_ends_the_session(door):
    async with browser(door) as http:
        await logged_in(http)
        token, copied = token_in((await http.get(HOME)).text), http.cookies["surepush"]
        await http.post("/logout", data={"_csrf": token})

        assert 303 == (await http.get(HOME)).status_code
        assert 303 == (await http.get(HOME, headers={"Cookie": f"surepush={copied}"})).status_code


async def test_without_keys_everybody_on_this_machine_is_let_in(devserver):
    async with front_door(devserver, api_keys="") as door, browser(door) as http:
        page = await http.get(NEW)
        data = {
            "_csrf": token_in(page.text),
            "_key": "k",
            "supplierName": "Open",
            "status": "Active",
        }
        answer = await http.post(NEW, data=data)

        assert 303 == answer.status_code


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil", "", "/a\r\nSet-Cookie: x"]
)
def test_nobody_is_sent_to_another_server(target):
    assert "/" == safe_target(target)
