"""Which key started, retried or resolved a push: in the log, in Temporal, in its story."""

import json
import logging
from uuid import UUID, uuid4

import pytest

from activities.start_memo import CALLER_MEMO
from dispatch.listing import list_pushes
from dispatch.pushes import Push
from dispatch.retries import retry_push
from dispatch.selection import Selection
from dispatch.timeline.build import build_timeline
from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.front_door import BOUND_KEY, KEY, basic
from tests.support.html_page import Page
from tests.web.test_pages_sessions import HOME, browser, logged_in

OTHERS = f"/companies/{seeds.OTHER_COMPANY}/connections/{seeds.OTHER_PROMPT}/push/suppliers"


async def started(door, key=KEY, path=None, **fields):
    sent = record("suppliers", number=uuid4().hex[:7]) | fields
    answer = await door.http.post(path or door.path(), json=sent, headers=basic(key))
    return Push(door.cluster.client, UUID(answer.json()["pushOperationKey"]))


@pytest.mark.parametrize(
    ("key", "path", "name"), [(KEY, None, "all"), (BOUND_KEY, OTHERS, "other")]
)
async def test_a_push_bears_the_name_of_its_key(door, key, path, name):
    push = await started(door, key, path)
    memo = await (await push.describe()).memo()
    query = f'StartedBy="{name}" AND WorkflowId="{push.workflow_id}"'

    async def is_listed():
        return [one async for one in door.cluster.client.list_workflows(query)]

    await eventually(is_listed)
    assert name == memo[CALLER_MEMO]
    assert f"API key {name}" in (await build_timeline(push)).moments[0].who


async def test_a_retry_bears_the_name_of_who_asked_again(door):
    door.cluster.codat.connection(seeds.REFUSING).set(refusing="Not today.")
    push = await started(door, path=door.path(connection=seeds.REFUSING))
    await door.ended(str(push.push_id))
    async with browser(door) as http:
        await logged_in(http)
        page = Page((await http.get(f"{HOME}/{push.push_id}")).text)
        await http.post(f"{HOME}/{push.push_id}/retry", data=dict(page.sent))
        await door.ended(str(push.push_id))
        shown = (await http.get(f"{HOME}/{push.push_id}")).text
    again = [
        one for one in (await build_timeline(push)).moments if one.what.startswith("asked again")
    ]

    assert "all" == (await (await push.describe()).memo())[CALLER_MEMO]
    assert ["API key all" in one.who for one in again] == [True]
    assert 2 == shown.count("API key all.")


async def test_a_push_is_listed_for_each_key_that_started_a_run(door):
    door.cluster.codat.connection(seeds.REFUSING).set(refusing="Not today.")
    push = await started(door, path=door.path(connection=seeds.REFUSING))
    await door.ended(str(push.push_id))
    await retry_push(push, task_queue=door.cluster.task_queue, started_by="night-shift")
    await push.outcome()
    latest = (await push.describe()).run_id

    async def listed(name):
        found = await list_pushes(door.cluster.client, Selection(started_by=name))
        return [one.run_id for one in found.pushes if one.push_id == push.push_id]

    await eventually(lambda: listed("night-shift"))
    assert [[latest], [latest], []] == [await listed(one) for one in ("all", "night-shift", "a")]


@pytest.mark.parametrize(("headers", "name"), [(basic(KEY), "all"), (basic("wrong"), None)])
async def test_every_request_line_names_its_key(door, caplog, headers, name):
    caplog.set_level(logging.INFO, "surepush.gateway")
    await door.http.get(f"/companies/{seeds.COMPANY}/push", headers=headers)
    lines = [one.fields for one in caplog.records if hasattr(one, "fields")]

    assert [name] == [one["key"] for one in lines]
    assert KEY not in json.dumps(lines)
