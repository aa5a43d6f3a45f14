"""Through Nexus with encryption: callers with the keys push, and nothing lies in the clear."""

from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from dispatch.payloads.converter import CONVERTER, converter
from dispatch.payloads.keyring import KeyRing
from dispatch.pushes import NoSuchPush, find_push
from emulator import seeds
from surepush_client.nexus import outcome_of_failure
from tests.support.cluster import cluster
from tests.support.eventually import eventually
from tests.support.nexus_caller import Pushing, asked, calling, connected

pytestmark = pytest.mark.timeout(100)
NAME = "Kowalski and Daughters"
SEALING = converter(KeyRing({"k1": bytes(range(32))}, "k1"), strict=True)
OTHER_KEY = converter(KeyRing({"k2": bytes(32)}, "k2"), strict=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="caller")
async def _caller(devserver):
    bare = devserver.client
    client = Client(bare.service_client, namespace=bare.namespace, data_converter=SEALING)
    async with (
        cluster(WorkflowEnvironment.from_client(client)) as house,
        calling(house, "sealed", SEALING, (Pushing,)) as caller,
    ):
        yield caller


def a_record():
    return asked().data | {"name": NAME}


async def held(client, workflow_id):
    """All events of a workflow, as they lie at the server."""
    events = client.get_workflow_handle(workflow_id).fetch_history_events()
    return b"".join([event.SerializeToString() async for event in events])


async def test_with_the_same_keys_neither_namespace_shows_the_record(caller):
    request = asked(data=a_record(), connection_id=seeds.REFUSING)
    caller.house.codat.connection(seeds.REFUSING).set(refusing=f"{NAME} is closed for posting.")
    running = await caller.start(Pushing.run, request)
    failure = await caller.failure_of(running)
    outcome = outcome_of_failure(failure)
    lying = await held(caller.client, running.id)
    lying += await held(caller.house.client, request.workflow_id)

    assert outcome
    assert "Failed" == outcome.status
    assert NAME in outcome.message
    assert [] == [word for word in (b"Kowalski", b"nominalCode", b"closed for") if word in lying]


async def test_with_the_same_keys_a_success_is_read_twice(caller):
    request = asked(data=a_record())
    first = await caller.run(Pushing.run, request)

    assert "Success" == first.status
    assert first == await caller.run(Pushing.run, request)


@pytest.mark.parametrize("keys", [CONVERTER, OTHER_KEY], ids=["none", "others"])
async def test_a_caller_without_the_keys_starts_nothing(caller, keys):
    request = asked(data=a_record())
    async with connected(caller.house, str(uuid4()), keys, (Pushing,)) as foreign:
        running = await foreign.start(Pushing.run, request)
        kinds = []

        async def is_told():
            raw = (await running.describe()).raw_description
            told = [one.last_attempt_failure.cause for one in raw.pending_nexus_operations]
            kinds[:] = [cause.application_failure_info.type for cause in told]
            return any(kinds)

        await eventually(is_told)
        await running.terminate()

    assert ["Unreadable"] == kinds
    with pytest.raises(NoSuchPush):
        await find_push(caller.house.client, request.push_id)
