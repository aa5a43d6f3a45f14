"""Options as they were: kept by Temporal, and compared a week later."""

from datetime import timedelta
from uuid import UUID, uuid4

from codat.models import PushTarget
from codat.validation.changes import OptionChanges
from codat.validation.schema import read_options
from dispatch import option_history
from dispatch.option_history import OptionHistory
from emulator import seeds
from tests.support.eventually import eventually
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
