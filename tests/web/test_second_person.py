"""Where it is asked for, a second key confirms that nothing was written."""

from dispatch.pushes import request_of
from emulator import seeds
from gateway.second_person import SECONDS, FirstWord, FirstWords
from tests.support.eventually import eventually
from tests.support.front_door import digest, front_door
from tests.web.test_pages_resolutions import REASON, path_of, told
from tests.web.test_pages_sessions import browser, logged_in
from workflows.models import Resolution

KEYS = f"ann:{digest('ann')}:* bob:{digest('bob')}:*"


async def test_a_second_key_has_to_say_that_nothing_was_written(devserver):
    async with (
        front_door(devserver, api_keys=KEYS, confirm_not_written=True) as door,
        browser(door) as ann,
        browser(door) as bob,
    ):
        await logged_in(ann, "ann")
        await logged_in(bob, "bob")
        push = await door.cluster.push(connection_id=seeds.OFFLINE)

        async def sent():
            return door.cluster.posts

        await eventually(sent)
        await push.handle.terminate()
        run = (await push.describe()).run_id
        for _ in range(2):
            await told(ann, push, word="not-written")
        page = (await bob.get(path_of(push))).text
        assert run == (await push.describe()).run_id
        assert "ann says that nothing was written: It&#39;s in the books &lt;b&gt;once" in page
        await told(bob, push, word="not-written", reason="I looked, too.")
        asked = await request_of(push)
        await push.handle.terminate()

    assert Resolution(not_written=True, by="ann and bob") == asked.settlement
    assert (asked.reason or "").startswith(f"{REASON} (ann); I looked, too. (bob)")


def test_a_first_word_waits_for_an_hour_and_is_used_up():
    now = 0.0
    words = FirstWords(clock=lambda: now)

    assert words.confirm("run", "ann", "Seen.") is None
    assert words.confirm("another", "bob", "Seen.") is None
    assert FirstWord("ann", "Seen.") == words.confirm("run", "bob", "Too.")
    assert words.of("run") is None
    now += SECONDS + 1
    assert words.confirm("another", "ann", "Late.") is None
