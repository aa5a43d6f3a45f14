"""The start page and the list: how many calls they cost, and whose pushes they show."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest_asyncio

from activities.holds import Hold
from codat.clock import utc_now
from dispatch.day_counts import DayCounter
from dispatch.holds import ask_to_hold
from dispatch.recent import RecentReader
from emulator import seeds
from gateway.pages import overview
from tests.support.eventually import eventually
from tests.support.front_door import BOUND_KEY
from tests.web.test_pages_sessions import HOME, browser, logged_in, token_in

MAX_CALLS = 30


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


def counted(client, monkeypatch):
    """Count what is asked of Temporal from now on."""
    calls = Counter()
    for name in ("count_workflow_executions", "list_workflow_executions"):
        call = getattr(client.workflow_service, name)

        async def counting(*args, _call=call, _name=name, **more):
            calls[_name] += 1
            return await _call(*args, **more)

        monkeypatch.setattr(client.workflow_service, name, counting)
    return calls


async def failed(door, count=1):
    """Pushes that the platform's options refuse; their keys."""
    keys = []
    for _ in range(count):
        record = {"supplierName": f"Wrong {uuid4().hex[:6]}", "status": "Sleeping"}
        answer = await door.http.post(door.path(), json=record)
        keys.append(answer.json()["pushOperationKey"])
        await door.ended(keys[-1])
    return keys


async def test_the_overview_costs_at_most_thirty_calls(door, monkeypatch):
    await failed(door)
    calls = counted(door.cluster.client, monkeypatch)
    client = door.cluster.client
    reader, counter = RecentReader(client), DayCounter(client)
    await asyncio.gather(reader.read(), reader.failed())
    days = await counter.count()
    once = calls.total()
    calls.clear()
    await counter.count()

    assert once <= MAX_CALLS
    assert calls.total() <= 5  # what is over is not counted again at once
    assert 7 == len(days)


async def test_the_overview_is_shown_while_days_are_still_counted(door, monkeypatch):
    """A store that counts slowly holds nobody up; who looks again finds the numbers."""
    counted_now = asyncio.Event()
    count = DayCounter.count

    async def slowly(self):
        await counted_now.wait()
        return await count(self)

    monkeypatch.setattr(DayCounter, "count", slowly)
    async with browser(door) as other:
        await logged_in(other)
        first = (await other.get("/")).text
        counted_now.set()

        async def has_numbers():
            return "how they ended; counted" in (await other.get("/")).text

        await eventually(has_numbers)
    assert "Being counted." in first
    assert "Needs a person" in first


async def test_a_push_that_was_retried_needs_nobody_any_more(door):
    (key,) = await failed(door)
    reader = RecentReader(door.cluster.client)

    async def needs_somebody():
        return key in [str(run.push_id) for run in await reader.failed()]

    async def needs_nobody():
        return not await needs_somebody()

    await eventually(needs_somebody)
    await door.mend(key, {"supplierName": f"Right {uuid4().hex[:6]}", "status": "Active"})
    await door.ended(key)
    await eventually(needs_nobody)


async def test_a_key_that_is_bound_to_companies_sees_no_other(door):
    await failed(door)
    everybody = RecentReader(door.cluster.client)
    bound = RecentReader(door.cluster.client, [uuid4()])

    async def listed():
        return bool(await everybody.failed())

    await eventually(listed)
    seen = await bound.read()
    assert ([], [], 0) == (seen.ended, seen.waiting, seen.under_way)
    assert [] == await bound.failed()
    assert not sum(sum(day.by_status.values()) for day in await own_days(door, uuid4()))
    assert sum(sum(day.by_status.values()) for day in await own_days(door, seeds.COMPANY))


async def own_days(door, company):
    return await DayCounter(door.cluster.client, [company]).count()


async def test_the_list_is_filtered_by_words_of_the_cause(http, door):
    (key,) = await failed(door)

    async def shown(words):
        return key in (await http.get(HOME, params={"words": words})).text

    await eventually(lambda: shown("status ONE"))
    assert not await shown("tax rate")
    assert "Status must be one of" in (await http.get(HOME, params={"words": "status"})).text


async def test_a_selection_is_planned_and_retried_in_bulk(http, door):
    keys = await failed(door, 2)
    token = token_in((await http.get(HOME)).text)
    fields = {"_csrf": token, "push": keys}
    plan = await http.post(f"{HOME}/plan", data=fields)
    started = await http.post(f"{HOME}/bulk", data=fields | {"reason": "tried again"})
    where = started.headers["location"]

    async def done():
        return "Done: 2 of 2" in (await http.get(where)).text

    assert "Retry 2 pushes?" in plan.text
    await eventually(done)
    other = where.replace(seeds.COMPANY, seeds.OTHER_COMPANY)
    assert 404 == (await http.get(other)).status_code


async def test_what_is_no_selection_is_refused(http, door):
    (key,) = await failed(door)
    token = token_in((await http.get(HOME)).text)
    other = HOME.replace(seeds.COMPANY, seeds.OTHER_COMPANY)
    answers = [
        await http.post(f"{HOME}/plan", data={"_csrf": token}),
        await http.post(f"{HOME}/plan", data={"_csrf": token, "push": "x"}),
        await http.post(f"{HOME}/plan", data={"push": key}),
        await http.post(f"{other}/bulk", data={"_csrf": token, "push": key, "reason": "x"}),
    ]

    assert [400, 400, 403, 409] == [answer.status_code for answer in answers]


async def test_a_hold_is_released_where_it_is_shown(door, monkeypatch):
    company, client = UUID(seeds.COMPANY), door.cluster.client
    for by, kind in (("Ada", "items"), ("Ben", "accounts")):
        wish = Hold(data_type=kind, reason="The books are closed.", by=by, since=utc_now())
        await ask_to_hold(client, company, wish, task_queue=door.cluster.task_queue)
    form = "holds/release"
    monkeypatch.setattr(overview, "FRESH", timedelta(0))
    async with browser(door) as other:  # it has read nothing yet
        await logged_in(other)

        async def shows_holds():
            return 2 == (await other.get("/")).text.count(form)

        await eventually(shows_holds)
        token = token_in((await other.get("/")).text)
        fields = {"_csrf": token, "connection": "", "dataType": "items", "by": "Ada"}
        where = f"/companies/{seeds.COMPANY}/{form}"
        wrong = await other.post(where, data=fields | {"connection": "x"})
        answer = await other.post(where, data=fields)

        async def shows_the_other():
            text = (await other.get("/")).text
            return "by Ben since" in text and "by Ada since" not in text

        await eventually(shows_the_other)
    async with browser(door) as stranger:
        await logged_in(stranger, BOUND_KEY)
        forbidden = await stranger.post(where, data=fields)

    assert (400, 303, 403) == (wrong.status_code, answer.status_code, forbidden.status_code)
    assert "status=Pending" in answer.headers["location"]
