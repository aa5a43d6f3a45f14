"""Options as they were: kept by Temporal, and compared a week later."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from codat.models import PushTarget
from codat.validation.changes import OptionChanges
from codat.validation.schema import read_options
from dispatch import option_history
from dispatch.option_history import OptionHistory
from emulator import seeds
from gateway.option_changes import OptionChangesReader
from tests.support.eventually import eventually
from tests.support.metric_buffer import Measured
from tests.support.option_documents import field
from tests.web.test_pages_sessions import browser, logged_in


def document(*names):
    return read_options(field("Object", properties={name: field("String") for name in names}))


async def test_changes_are_told_since_a_week_ago_and_counted_once(door, monkeypatch):
    client, queue = door.cluster.client, door.cluster.task_queue
    target = PushTarget(company_id=UUID(seeds.COMPANY), connection_id=uuid4(), data_type="bills")
    told = []
    history = OptionHistory(client, queue, lambda _, changes: told.append(changes))

    async def runs():
        return len(await history._known(target))  # noqa: SLF001

    async def changes(*names):
        found = await history.look(target, document(*names))
        assert found
        return found.changes

    async def known(count):
        await eventually(lambda: _is(runs, count))

    assert await history.look(target, document("a", "b")) is None
    await known(1)
    assert not await changes("a", "b")
    changed = await changes("b", "c")
    await known(2)
    assert OptionChanges(("/c",), ("/a",)) == changed
    assert changed == await changes("b", "c")  # still news, not counted again
    assert 1 == len(told)

    # A week later both are old: nothing has changed since then.
    later = option_history.utc_now() + timedelta(days=8)
    monkeypatch.setattr(option_history, "utc_now", lambda: later)
    assert not await changes("b", "c")
    await known(3)  # noted again, so that it is not forgotten


async def test_changes_are_counted_by_data_type_and_kind(door):
    client, queue, here = door.cluster.client, door.cluster.task_queue, Measured()
    target = PushTarget(company_id=UUID(seeds.COMPANY), connection_id=uuid4(), data_type="bills")
    await OptionHistory(client, queue).look(target, document("a", "b"))
    reader = OptionChangesReader(client, queue, here.runtime.metric_meter)
    now = read_options(
        field("Object", properties={"b": field("String", required=True), "c": field("String")})
    )
    there = target.model_copy(update={"connection_id": UUID(seeds.PROMPT)})
    cached = replace(await door.parts.options.get(there), document=now, sha256="another")

    async def are_told():
        found = await reader.of(target, cached)
        return found and found.changes

    # The list is behind by a moment; what the reader finds it remembers.
    await eventually(lambda: _is_noted(client, queue, target))
    await eventually(are_told)
    await are_told()  # a second look counts nothing again

    counted = {
        (name, labels["data_type"], labels["change"], value) for name, labels, value in here.told()
    }
    kinds = ("came", "went", "required")
    assert {("push_options_changes", "bills", kind, 1) for kind in kinds} == counted


async def _is_noted(client, queue, target):
    return await OptionHistory(client, queue)._known(target)  # noqa: SLF001


async def test_a_form_says_what_has_changed(door):
    client, queue = door.cluster.client, door.cluster.task_queue
    target = PushTarget(
        company_id=UUID(seeds.COMPANY), connection_id=UUID(seeds.SYNCHRONOUS), data_type="customers"
    )
    await OptionHistory(client, queue).look(target, document("fax"))
    path = door.path("customers", seeds.SYNCHRONOUS)
    async with browser(door) as http:
        await logged_in(http)

        async def says_so():
            page = (await http.get(f"{path}/new")).text
            return "wants other fields than on" in page and "Gone: /fax." in page

        await eventually(says_so)


async def _is(runs, count):
    return count == await runs()
