"""Backends are told how a push ended: signed, once at least, and never at the push's expense."""

import ipaddress
import json
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest
from standardwebhooks import Webhook
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus

from activities.notify import NotifyActivities, NotifySettings
from activities.public_address import NotPublic, is_public, pinned
from codat.settings import SettingsError, read_settings
from dispatch.pushes import Push
from emulator import seeds
from tests.support.cluster import QUICK, cluster
from tests.support.eventually import eventually
from tests.support.plans import a_step, begun
from workflows.plan.models import SUCCEEDED

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOLD = QUICK.model_copy(update={"notify": True})


class Backend:
    """Takes messages; the first answers may be failures."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def take(self, request):
        self.requests.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 204)

    @property
    def messages(self):
        return [json.loads(request.content) for request in self.requests]


@asynccontextmanager
async def told_house(environment, backend, **settings):
    known = {"url": "https://93.184.216.34/told", "secret": SECRET, **settings}
    notify = NotifyActivities(
        NotifySettings.model_validate(known), transport=httpx.MockTransport(backend.take)
    )
    async with cluster(environment, policy=TOLD, notify=notify) as home:
        yield home


async def child(push):
    """The telling that the latest run of a push has started."""
    history = push.handle.fetch_history_events()
    initiated = [
        event.start_child_workflow_execution_initiated_event_attributes.workflow_id
        async for event in history
        if event.event_type == EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED
    ]
    return push.client.get_workflow_handle(initiated[-1])


async def ended_and_told(home, **fields):
    push = await home.push(**fields)
    outcome = await home.ending(push)
    return push, outcome, await child(push)


async def test_a_success_is_told_with_its_record(devserver):
    backend = Backend()
    async with told_house(devserver, backend) as home:
        push, outcome, telling = await ended_and_told(home)
        assert await telling.result()

    (message,) = backend.messages
    told = message["payload"]
    assert "chartOfAccounts.write.successful" == message["eventType"]
    assert (str(push.push_id), "Success") == (told["id"], told["status"])
    assert outcome.records[0].id == told["record"]["id"]


async def test_a_failure_is_told_with_its_reason_and_a_signature(devserver):
    backend = Backend()
    async with told_house(devserver, backend) as home:
        _, outcome, telling = await ended_and_told(home, connection_id=seeds.REFUSING)
        await telling.result()
    (request,) = backend.requests
    message = Webhook(SECRET).verify(request.content, dict(request.headers))

    assert "chartOfAccounts.write.unsuccessful" == message["eventType"]
    assert (outcome.message, "Failed") == (
        message["payload"]["errorMessage"],
        message["payload"]["status"],
    )


async def test_a_message_is_repeated_byte_for_byte_until_it_is_taken(devserver):
    backend = Backend(500)
    async with told_house(devserver, backend) as home:
        _, _, telling = await ended_and_told(home)
        await telling.result()
    first, second = backend.requests

    assert first.content == second.content
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


async def test_the_push_has_ended_though_nobody_takes_the_message(devserver):
    backend = Backend(*[500] * 50)
    async with told_house(devserver, backend) as home:
        push, outcome, telling = await ended_and_told(home)

        async def asked():
            return backend.requests

        await eventually(asked)
        assert "Success" == outcome.status
        assert WorkflowExecutionStatus.COMPLETED is (await push.describe()).status
        assert WorkflowExecutionStatus.RUNNING is (await telling.describe()).status
        await telling.terminate()


async def test_a_push_that_fails_before_a_worker_is_heard_is_told_too(devserver):
    backend = Backend()
    async with told_house(devserver, backend) as home:
        home.codat.fault("not-found", path="options")
        push, outcome, telling = await ended_and_told(home)
        await telling.result()

    assert "Failed" == outcome.status
    assert [str(push.push_id)] == [one["payload"]["id"] for one in backend.messages]


async def names(push):
    return [event.event_type async for event in push.handle.fetch_history_events()]


async def test_a_notification_costs_a_push_a_child_and_one_task(devserver):
    async with cluster(devserver) as home:
        untold = await home.push(connection_id=seeds.SYNCHRONOUS)
        await home.ending(untold)
    async with told_house(devserver, Backend()) as home:
        told, _, telling = await ended_and_told(home, connection_id=seeds.SYNCHRONOUS)
        await telling.result()
    extra = [EventType.Name(kind) for kind in await names(told)]
    for kind in await names(untold):
        extra.remove(EventType.Name(kind))

    assert [
        "EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED",
        "EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED",
        "EVENT_TYPE_WORKFLOW_TASK_SCHEDULED",
        "EVENT_TYPE_WORKFLOW_TASK_STARTED",
        "EVENT_TYPE_WORKFLOW_TASK_COMPLETED",
    ] == extra


async def test_a_reset_to_the_last_task_tells_again_of_the_new_run(devserver):
    backend = Backend()
    async with told_house(devserver, backend) as home:
        push, _, telling = await ended_and_told(home, connection_id=seeds.REFUSING)
        await telling.result()
        tasks = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
        last = max(
            [
                event.event_id
                async for event in push.handle.fetch_history_events()
                if event.event_type == tasks
            ]
        )
        await reset(push, last)
        await push.outcome()
        await (await child(push)).result()
        assert 2 == len(home.posts)

    assert 2 == len({message["id"] for message in backend.messages})
    assert ["Failed", "Failed"] == [one["payload"]["status"] for one in backend.messages]


async def reset(push, event):
    """Do as an operator does in the UI."""
    run_id = (await push.describe()).run_id
    await push.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=push.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=push.workflow_id, run_id=run_id),
            reason="a test",
            workflow_task_finish_event_id=event,
            request_id=str(uuid4()),
        )
    )


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:0:127.0.0.1",
        "0:0:0:0:0:ffff:127.0.0.1",
        "64:ff9b:1::7f00:1",
        "fec0::1",
        "2606:4700::5efe:10.0.0.1",
        "2606:4700::200:5efe:10.0.0.1",
    ],
)
async def test_private_addresses_are_not_told(address):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(NotPublic):
        await pinned(httpx.Request("POST", f"https://{host}/told"))

    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["2606:4700::1", "64:ff9b::808:808", "2606:4700::5efe:8.8.8.8", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_told(address):
    assert is_public(ipaddress.ip_address(address))


async def test_the_address_that_was_checked_is_where_the_message_goes():
    request = httpx.Request("POST", "https://93.184.216.34:8443/told")
    await pinned(request)

    assert ("93.184.216.34", 8443) == (request.url.host, request.url.port)
    assert "93.184.216.34:8443" == request.headers["host"]


async def test_a_private_backend_needs_to_be_allowed(devserver):
    backend = Backend()
    async with told_house(
        devserver, backend, url="http://127.0.0.1:9/told", allow_private=True
    ) as home:
        _, _, telling = await ended_and_told(home)
        await telling.result()

    assert 1 == len(backend.requests)


@pytest.mark.parametrize(
    "variables",
    [
        {"URL": "https://backend.example/"},
        {"URL": "http://backend.example/", "SECRET": SECRET},
        {"URL": "https://backend.example/", "SECRET": "whsec_"},
        {"URL": "https://backend.example/", "SECRET": "whsec_-_-_YWJj"},
    ],
)
def test_settings_that_cannot_work_stop_the_worker(monkeypatch, variables):
    for name, value in variables.items():
        monkeypatch.setenv(f"PUSH_NOTIFY_{name}", value)

    with pytest.raises(SettingsError, match=r"PUSH_NOTIFY_\w* is wrong"):
        read_settings(NotifySettings)


async def test_a_step_tells_its_plan_and_the_backend(devserver):
    backend = Backend()
    async with told_house(devserver, backend) as home:
        steps = [a_step("first"), a_step("second", after=["first"])]
        plan = await begun(home, *steps, key=str(uuid4()))
        report = await plan.outcome()
        pushes = [step.push_id for step in report.steps if step.push_id]
        for push_id in pushes:
            await (await child(Push(home.client, push_id))).result()

        assert (SUCCEEDED, 2) == (report.state, len(pushes))
        assert set(map(str, pushes)) == {message["payload"]["id"] for message in backend.messages}
