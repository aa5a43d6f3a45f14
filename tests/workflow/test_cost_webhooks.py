"""What a push costs that a webhook ends: whoever makes it cost more or less changes it here."""

from activities.models import PollPlan, PushPolicy
from activities.settings import FIRST_LOOK_BESIDE_WEBHOOKS
from bench.billed_actions import BILLED
from emulator import seeds
from tests.support.cluster import cluster
from tests.support.eventually import eventually

BESIDE_WEBHOOKS = PushPolicy(poll_first=FIRST_LOOK_BESIDE_WEBHOOKS, poll_plan=PollPlan.FIXED)


async def test_a_minute_costs_one_look_where_a_webhook_tells(skipping):
    async with cluster(skipping, skipping=True, policy=BESIDE_WEBHOOKS) as here:
        here.codat.connection(seeds.PROMPT).set(delay=60)
        push = await here.push()
        await eventually(lambda: waits(push))
        here.codat.advance(60)
        await push.handle.signal("operation-updated")
        await here.ending(push)
        events = (await push.handle.fetch_history()).events
        actions = [event for event in events if event.event_type in BILLED]

        assert (3, 7) == (len(here.codat.journal()), len(actions))


async def waits(push):
    progress = await push.progress()
    return progress and progress.next_look_utc
