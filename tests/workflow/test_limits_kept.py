"""Limits kept by real pushes, on the dev server: companies share what there is."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest

from dispatch import start_options
from dispatch.priorities import StartPriorities
from dispatch.pushes import start_push
from emulator import seeds
from tests.support.cluster import Cluster, a_request, cluster
from tests.support.eventually import eventually


def posts_of(here: Cluster, company: str) -> list[int]:
    """Give the places of a company's posts among all."""
    return [index for index, one in enumerate(here.posts) if company in one["path"]]


async def _held_back(here: Cluster, number: int) -> bool:
    return len(here.posts) >= number


async def test_a_company_with_one_push_is_not_behind_one_with_many(devserver):
    async with cluster(devserver, requests_per_minute=120) as here:
        crowd = [await here.push() for _ in range(100)]
        await eventually(lambda: _held_back(here, 40), within=60)
        before = len(here.posts)
        only = await here.push(company_id=seeds.OTHER_COMPANY, connection_id=seeds.OTHER_PROMPT)
        await eventually(lambda: _posted(here, seeds.OTHER_COMPANY), within=60)
        (place,) = posts_of(here, seeds.OTHER_COMPANY)
        outcome = await only.outcome()
        endings = (push.handle.terminate() for push in crowd)
        await asyncio.gather(*endings, return_exceptions=True)

    assert "Success" == outcome.status
    assert place - before < 20


async def test_a_server_without_fairness_hands_out_one_before_many(devserver, monkeypatch):
    monkeypatch.setattr(start_options, "_CROWDS", StartPriorities(clock=lambda: 0.0))
    client, queue = devserver.client, f"push-{uuid4()}"
    company = uuid4()
    requests = [a_request(company_id=company) for _ in range(100)]
    crowd = [await start_push(client, one, task_queue=queue) for one in requests]
    only = await start_push(client, a_request(company_id=uuid4()), task_queue=queue)
    ask = PollWorkflowTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=queue))
    service = client.workflow_service
    # The server keeps a queue in four parts, each with its own order.
    first = [await service.poll_workflow_task_queue(ask) for _ in range(60)]
    await asyncio.gather(*(push.handle.terminate() for push in (only, *crowd)))

    assert only.workflow_id in [task.workflow_execution.workflow_id for task in first]


async def _posted(here: Cluster, company: str) -> bool:
    return bool(posts_of(here, company))


async def test_no_more_of_a_company_are_under_way_than_allowed(devserver):
    async with cluster(
        devserver, company_concurrency=2, read_timeout=timedelta(seconds=10), limits="shown"
    ) as here:
        here.codat.fault("slow-body", method="POST", seconds=0.3)
        pushes = [await here.push() for _ in range(12)]
        outcomes = [await push.outcome() for push in pushes]
        most = max(_under_way(here.posts))

    assert {"Success"} == {outcome.status.value for outcome in outcomes}
    assert most <= 2


def _under_way(posts: list[dict]) -> list[int]:
    spans = [(one["receivedMonotonic"], one["answeredMonotonic"]) for one in posts]
    return [sum(begun <= start < ended for begun, ended in spans) for start, _ in spans]
