"""A push whose ending is unclear: its page shows what might be it, and takes a person's word."""

import re
from uuid import uuid4

import pytest
import pytest_asyncio

from activities.start_memo import CALLER_MEMO
from dispatch.pushes import request_of
from emulator import seeds
from tests.support.eventually import eventually
from tests.web.test_pages_sessions import HOME, browser, logged_in, token_in
from workflows.models import Resolution

REASON = "It's in the books <b>once</b>."


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


@pytest_asyncio.fixture(loop_scope="session", scope="module", name="unclear")
async def _unclear(door):
    """A push that ended Unknown, with one operation that might be it."""
    push = await door.cluster.push(connection_id=seeds.SHAKY)
    await push.outcome()
    return push


def path_of(push):
    return f"{HOME}/{push.push_id}"


async def told(http, push, **typed):
    """Say a word on the push's page; with None a field is not sent."""
    page = (await http.get(path_of(push))).text
    run = re.findall('name="run" value="([^"]*)"', page)
    fields = {"_csrf": token_in(page), "run": run[0] if run else "", "reason": REASON, **typed}
    data = {name: value for name, value in fields.items() if value is not None}
    return await http.post(f"{path_of(push)}/settle", data=data)


async def test_the_page_shows_what_might_be_it_and_warns(http, unclear):
    (candidate,) = (await unclear.outcome()).candidates
    page = (await http.get(path_of(unclear))).text

    assert f'value="{candidate.push_operation_key}"' in page
    assert f"<dt>Key</dt><dd>{(await request_of(unclear)).idempotency_key}</dd>" in page
    assert "Check the accounting software first." in page
    assert "Nothing was written: send it again." in page
    assert "Edit and retry" not in page


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"run": str(uuid4()), "word": "not-written"}, 409, "look again"),
        ({"reason": " ", "word": "not-written"}, 400, "Say how you know"),
        ({"reason": "x" * 501, "word": "not-written"}, 400, "Say how you know"),
        ({"word": None}, 400, "Say what you found"),
        ({"word": "another", "operation": "42"}, 400, "Say what you found"),
        ({"_csrf": "0", "word": "not-written"}, 403, "too old"),
    ],
)
async def test_half_a_word_does_nothing(http, unclear, typed, status, words):
    before = await unclear.describe()
    answer = await told(http, unclear, **typed)

    assert status == answer.status_code
    assert words in answer.text
    assert before.run_id == (await unclear.describe()).run_id


async def test_a_company_of_another_key_takes_no_word(http, unclear):
    elsewhere = path_of(unclear).replace(seeds.COMPANY, seeds.OTHER_COMPANY)
    page = (await http.get(path_of(unclear))).text
    answer = await http.post(f"{elsewhere}/settle", data={"_csrf": token_in(page)})

    assert 404 == answer.status_code


async def test_a_push_that_failed_needs_no_word(http, door):
    push = await door.cluster.push(data={"name": "Fuel"})
    await push.outcome()
    page = (await http.get(path_of(push))).text
    run = (await push.describe()).run_id
    answer = await told(http, push, run=run, word="not-written")

    assert "Resolve this push" not in page
    assert 409 == answer.status_code


async def test_the_word_that_nothing_was_written_reaches_the_push(http, door):
    posts = len(door.cluster.posts)
    push = await door.cluster.push(connection_id=seeds.OFFLINE)

    async def sent():
        return posts < len(door.cluster.posts)

    await eventually(sent)
    await push.handle.terminate()
    answer = await told(http, push, word="not-written")
    asked, memo = await request_of(push), await (await push.describe()).memo()
    await push.handle.terminate()

    assert path_of(push) == answer.headers["location"]
    assert "all" == memo[CALLER_MEMO]
    assert Resolution(not_written=True, by="all") == asked.settlement
    assert (asked.reason or "").startswith(REASON)


async def test_an_operation_is_adopted_by_a_persons_word(http, door, unclear):
    posts = len(door.cluster.posts)
    (candidate,) = (await unclear.outcome()).candidates
    await told(http, unclear, word=str(candidate.push_operation_key))
    outcome = await unclear.outcome()
    page = (await http.get(path_of(unclear))).text

    assert ("Success", posts) == (outcome.status, len(door.cluster.posts))
    assert "Adopted on the word of all: It&#39;s in the books &lt;b&gt;once&lt;/b&gt;." in page
