"""Sessions that end, guesses that are slowed, forms of other sites, keys that may not do all."""

import asyncio
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHistoryEventAsyncIterator

from emulator import seeds
from emulator.examples import record
from gateway.auth import ApiKey
from gateway.callers import address_of
from gateway.errors import HttpError
from gateway.wrong_keys import SECONDS, WrongKeys
from tests.support.front_door import KEY, basic, digest, front_door, login
from tests.web.test_pages_sessions import HOME, NEW, browser, logged_in, token_in

LIST = f"/companies/{seeds.COMPANY}/push"
ONE, OTHER = ApiKey("one", b"1"), ApiKey("other", b"2")


async def test_a_stream_ends_when_its_session_is_left(door, monkeypatch):
    began, fetch = asyncio.Event(), WorkflowHistoryEventAsyncIterator.fetch_next_page

    def noted(pages, **more):
        began.set()
        return fetch(pages, **more)

    push = await door.cluster.push(connection_id=seeds.OFFLINE)
    async with browser(door) as http:
        await logged_in(http)
        token = token_in((await http.get(HOME)).text)
        monkeypatch.setattr(WorkflowHistoryEventAsyncIterator, "fetch_next_page", noted)
        streaming = asyncio.create_task(http.get(f"{HOME}/{push.push_id}/events"))
        await began.wait()
        await http.post("/logout", data={"_csrf": token})
        stream = await streaming

    assert 200 == stream.status_code
    assert "event: end" not in stream.text


async def test_a_stream_ends_when_its_session_is_over(door, monkeypatch):
    monkeypatch.setattr("gateway.sessions.LASTS", 2)
    push = await door.cluster.push(connection_id=seeds.OFFLINE)
    async with browser(door) as http:
        await logged_in(http)
        stream = await http.get(f"{HOME}/{push.push_id}/events")

    assert 200 == stream.status_code
    assert "event: end" not in stream.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://127.0.0.1"}, 303),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://pushes.example"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"}, 403),
    ],
)
async def test_another_sites_page_logs_nobody_in(door, headers, status):
    async with browser(door) as http:
        answer = await http.post("/login", data=login(), headers=headers)

    assert status == answer.status_code
    assert ("set-cookie" in answer.headers) == (status == 303)


async def test_who_guesses_keys_is_refused_and_a_key_in_use_is_not(devserver):
    async with front_door(devserver, most_wrong_keys=3) as door, browser(door) as http:
        assert 200 == (await door.http.get(LIST)).status_code
        for number in range(2):
            await door.http.get(LIST, headers=basic(f"guess-{number}"))
        assert 401 == (await door.http.post("/login", data=login("guess-3", "all"))).status_code
        guesses = [
            await door.http.get(LIST, headers=basic("guess-4")),
            await door.http.post("/login", data=login("guess-5", "all")),
        ]
        assert 200 == (await door.http.get(LIST)).status_code
        assert 303 == (await http.post("/login", data=login())).status_code

    assert [(429, "60")] * 2 == [(one.status_code, one.headers["retry-after"]) for one in guesses]


def test_after_wrong_keys_a_new_right_key_is_refused_for_a_while():
    now = 0.0
    wrong_keys = WrongKeys(2, clock=lambda: now)
    wrong_keys.note("a", ONE)
    for _ in range(2):
        wrong_keys.note("a", None)

    for key in (None, OTHER):
        with pytest.raises(HttpError, match="Too many wrong API keys"):
            wrong_keys.note("a", key)
    wrong_keys.note("a", ONE)
    wrong_keys.note("b", OTHER)
    now += SECONDS + 1
    wrong_keys.note("a", OTHER)


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_network_is_one_address(client, address):
    assert address == address_of({"client": (client, 1)})


async def test_keys_do_what_their_roles_say(devserver):
    roles = {"reader": "read", "pusher": "push", "resolver": "resolve+read"}
    keys = " ".join(f"{name}:{digest(name)}:*:{role}" for name, role in roles.items())
    async with front_door(devserver, api_keys=keys) as door:
        body = record("suppliers", number=uuid4().hex[:7])
        for name, status in (("reader", 403), ("pusher", 200), ("resolver", 403)):
            headers = basic(name)
            assert 200 == (await door.http.get(LIST, headers=headers)).status_code
            assert (
                status
                == (await door.http.post(door.path(), json=body, headers=headers)).status_code
            )


@pytest.mark.parametrize(
    ("roles", "statuses", "buttons"),
    [
        ("read", [403, 403, 403, 403], []),
        ("push", [200, 303, 403, 200], ["retry"]),
        ("resolve", [403, 403, 409, 403], []),
    ],
)
async def test_pages_offer_and_do_what_the_roles_say(devserver, roles, statuses, buttons):
    keys = f"all:{digest(KEY)}:*:{roles}"
    async with front_door(devserver, api_keys=keys) as door, browser(door) as http:
        door.cluster.codat.connection(seeds.REFUSING).set(refusing="Not today.")
        push = await door.cluster.push(connection_id=seeds.REFUSING)
        await push.outcome()
        await logged_in(http)
        text = (await http.get(f"{HOME}/{push.push_id}")).text
        sent = {"_csrf": token_in(text)}
        answers = [
            await http.get(NEW),
            await http.post(f"{HOME}/{push.push_id}/retry", data=sent),
            await http.post(f"{HOME}/{push.push_id}/settle", data=sent),
            await http.get(f"{HOME}/{push.push_id}/edit"),
        ]

    assert statuses == [answer.status_code for answer in answers]
    assert buttons == [one for one in ("retry", "settle") if f'/{one}"' in text]
