"""A push that somebody started again by hand with a wrong input, at the front door."""

import pytest
import pytest_asyncio

from dispatch.pushes import InvalidPushRequest, Push, request_of
from dispatch.start_options import found_by
from tests.support.cluster import a_request
from tests.support.temporal_commands import start_like
from tests.web.test_pages_sessions import HOME, browser, logged_in, token_in


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


async def mistyped(door, *, bare=False, **fields):
    """A push that has ended; its latest run asked for none, and may bear no search attributes."""
    push = await door.cluster.push(**fields)
    await push.outcome()
    if bare:
        start = {"id": push.workflow_id, "task_queue": door.cluster.task_queue}
        await door.cluster.client.start_workflow("push", {"data": 7}, **start)
    else:
        await start_like(push, door.cluster.task_queue, timeoutInMinutes="5")
    await push.outcome()
    return push


@pytest.mark.parametrize("bare", [False, True])
async def test_it_is_told_as_it_stood_before(door, http, bare):
    push = await mistyped(door, bare=bare)
    path = f"{HOME}/{push.push_id}"
    told = (await door.http.get(path.replace("pushes", "push"))).json()
    page = (await http.get(path)).text

    assert "Success" == told["status"]
    assert (await request_of(push)).data == told["data"]
    assert 'class="status Success"' in page


async def test_it_is_retried_on_its_page(door, http):
    push = await door.cluster.push(data={"name": "Fuel"}, validation="off")
    await push.outcome()
    first = (await push.describe()).run_id
    await start_like(push, door.cluster.task_queue, timeoutInMinutes="5")
    await push.outcome()
    path = f"{HOME}/{push.push_id}"
    page = (await http.get(path)).text
    answer = await http.post(f"{path}/retry", data={"_csrf": token_in(page)})

    assert path == answer.headers["location"]
    assert first == (await request_of(push)).retry_of


async def test_what_never_was_a_push_is_not_retried(door, http):
    request = a_request()
    push = Push(door.cluster.client, request.push_id)
    await door.cluster.client.start_workflow(
        "push",
        {"data": 7},
        id=push.workflow_id,
        task_queue=door.cluster.task_queue,
        search_attributes=found_by(door.cluster.client, request),
    )
    with pytest.raises(InvalidPushRequest):
        await push.outcome()
    path = f"{HOME}/{push.push_id}"
    page = (await http.get(path)).text
    answer = await http.post(f"{path}/retry", data={"_csrf": token_in(page)})

    assert 409 == answer.status_code
    assert "was started with invalid input" in answer.text
