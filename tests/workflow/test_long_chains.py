"""Doors to a push that went on in new runs: nothing of what the earlier ones did is forgotten."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionDescription
from temporalio.service import RPCError

from activities.models import PushPolicy
from activities.start_memo import CALLER_MEMO
from codat.client import CodatClient
from dispatch.listing import list_pushes
from dispatch.pushes import Push, start_push
from dispatch.selection import Selection
from emulator import seeds
from emulator.examples import record
from gateway.api.listing import find_operations
from gateway.api.query import read_query
from tests.support.cluster import Cluster, a_request, cluster
from tests.support.eventually import eventually
from tests.support.protocol import MODES, protocol, written_once
from tests.support.temporal_commands import history, point_after, reset, start_like, terminate
from workflows.attributes import STARTED_BY

both = pytest.mark.parametrize("mode", MODES)


@pytest.fixture(name="cut_when")
def _cut_when(monkeypatch):
    """Let the first run go on in a new one as soon as its state fulfils a condition."""
    from workflows.push import continue_as_new_if_long  # noqa: PLC0415  # before it is patched

    def cut_when(condition):
        def patched(state):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(
                    "temporalio.workflow.Info.is_continue_as_new_suggested",
                    lambda info: info.continued_run_id is None and condition(state),
                )
                continue_as_new_if_long(state)

        monkeypatch.setattr("workflows.push.continue_as_new_if_long", patched)
        monkeypatch.setattr("workflows.lifecycle.MAX_EVENTS", 4_000)

    return cut_when


async def runs_of(push: Push) -> list[str]:
    """The runs that the chain of the latest one consists of, the first first."""
    chain, run_id = [], (await push.describe()).run_id
    while run_id:
        chain.append(run_id)
        (first, *_) = await history(push, run_id)
        run_id = first.workflow_execution_started_event_attributes.continued_execution_run_id
    return chain[::-1]


async def forget(push: Push, run_id: str) -> None:
    """Have the server delete a run, as it does when its retention is over."""
    await push.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=push.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=push.workflow_id, run_id=run_id),
        )
    )
    await eventually(lambda: _is_gone(push, run_id), within=90)


async def _is_gone(push: Push, run_id: str) -> bool:
    try:
        await push.client.get_workflow_handle(push.workflow_id, run_id=run_id).describe()
    except RPCError:
        listed = push.client.list_workflows(f'WorkflowId="{push.workflow_id}"')
        return run_id not in [run.run_id async for run in listed]
    return False


async def pending_in_a_second_run(here: Cluster) -> Push:
    here.codat.connection(seeds.PROMPT).set(offline=True)
    push = await here.push()
    await eventually(lambda: _has_two_runs(push))
    await point_after(push, "poll-status")
    return push


async def _has_two_runs(push: Push) -> bool:
    return len(await runs_of(push)) == 2


async def test_the_name_of_who_asked_goes_on_in_the_new_run(devserver, cut_when):
    cut_when(lambda state: bool(state.ledger.submissions))
    async with cluster(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(offline=True)
        request = a_request()
        push = await start_push(
            here.client, request, task_queue=here.task_queue, started_by="backend"
        )
        await eventually(lambda: _has_two_runs(push))
        description = await push.describe()
        await push.handle.terminate()

    assert "backend" == (await description.memo())[CALLER_MEMO]
    assert "backend" == description.typed_search_attributes[STARTED_BY]


@both
async def test_a_start_like_a_run_that_went_on_asks_all_runs_first(devserver, mode, cut_when):
    cut_when(lambda state: bool(state.ledger.submissions))
    async with protocol(devserver, mode) as here:
        here.codat.fault("throttle", method="POST", nth=1, retry_after=1)
        push = await here.push()
        first = await push.outcome()
        await start_like(push, here.task_queue)
        outcome = await push.outcome()

        assert 2 == len(here.posts)
        assert written_once(here, outcome)
    assert first == outcome


async def test_a_reset_remembers_runs_that_the_server_has_forgotten(devserver, cut_when):
    cut_when(lambda state: bool(state.ledger.operation))
    async with protocol(devserver, "ignored") as here:
        push = await pending_in_a_second_run(here)
        await forget(push, (await runs_of(push))[0])
        await reset(push)
        here.codat.connection(seeds.PROMPT).set(offline=False, delay=0)
        outcome = await push.outcome()

        assert 1 == len(here.posts)
        assert written_once(here, outcome)


@both
async def test_a_run_that_was_reset_reads_the_past_before_it_goes_on(devserver, mode, cut_when):
    cut_when(lambda state: state.is_reset)
    async with protocol(devserver, mode) as here:
        push = await here.push()
        await push.outcome()
        await reset(push)
        outcome = await push.outcome()

        assert 1 == len(here.posts)
        assert written_once(here, outcome)


@both
async def test_a_cancelled_push_sends_nothing_in_a_new_run_either(devserver, mode, cut_when):
    cut_when(lambda state: state.carried.is_cancelled)
    async with protocol(devserver, mode, find_for=3) as here:
        here.codat.fault("error-before-commit", method="POST", nth=1)
        push = await here.push()
        await here.codat.arrival(0, "POST", longest=5)
        await push.handle.cancel()
        outcome = await push.outcome()

        assert 1 == len(here.posts)
        assert 2 == len(await runs_of(push))
    assert "Unknown" == outcome.status


async def test_a_hint_is_not_forgotten_in_a_new_run(devserver, cut_when, monkeypatch):
    cut_when(lambda state: state.carried.hinted)
    read, reached, may_go_on = CodatClient.operation, asyncio.Event(), asyncio.Event()

    async def held(client, *which):
        operation = await read(client, *which)
        reached.set()
        await may_go_on.wait()
        return operation

    monkeypatch.setattr(CodatClient, "operation", held)
    patient = PushPolicy(poll_first=timedelta(hours=1), poll_cap=timedelta(hours=2))
    async with cluster(devserver, policy=patient) as here:
        here.codat.connection(seeds.PROMPT).set(offline=True)
        push = await here.push()
        await point_after(push, "push")
        await push.handle.signal("operation-updated")
        await reached.wait()
        here.codat.connection(seeds.PROMPT).set(offline=False, delay=0)
        await push.handle.signal("operation-updated")
        may_go_on.set()
        outcome = await push.outcome()

        assert 2 == len(await runs_of(push))
    assert "Success" == outcome.status


async def test_a_new_run_is_no_new_request(devserver, cut_when):
    cut_when(lambda state: bool(state.ledger.operation))
    async with protocol(devserver) as here:
        push = await pending_in_a_second_run(here)
        before, after = [run.start_time for run in await _told(push)]
        await eventually(lambda: _is_listed(push, before, since=None))

        assert not await _listed(push, since=after)
        await terminate(push)
        assert before == (await push.outcome()).requested_on_utc


async def test_a_reset_of_a_new_run_is_a_new_request(devserver, cut_when):
    cut_when(lambda state: bool(state.ledger.operation))
    async with protocol(devserver) as here:
        push = await pending_in_a_second_run(here)
        await reset(push)
        *_, latest = [run.start_time for run in await _told(push)]
        await eventually(lambda: _is_listed(push, latest, since=None))
        await terminate(push)


async def _told(push: Push) -> list[WorkflowExecutionDescription]:
    handles = [
        push.client.get_workflow_handle(push.workflow_id, run_id=run) for run in await runs_of(push)
    ]
    return [await handle.describe() for handle in handles]


async def _is_listed(push: Push, requested: datetime, since: datetime | None) -> bool:
    return await _listed(push, since) == [requested, requested]


async def _listed(push: Push, since: datetime | None) -> list[datetime]:
    """When it was requested as the command line's list and the front door's tell it."""
    only = f'WorkflowId="{push.workflow_id}"'
    ours = (await list_pushes(push.client, Selection(since=since, visibility=only))).pushes
    query = f"requestedOnUtc>={since.isoformat()}" if since else ""
    theirs = await find_operations(push.client, UUID(seeds.COMPANY), read_query(query), "Unknown")
    return [one.requested for one in ours] + [
        one.requested_on_utc for one in theirs.operations if one.push_operation_key == push.push_id
    ]


async def test_an_earlier_update_in_a_new_run_is_no_later_one(devserver, cut_when):
    may_cut: list[bool] = []
    cut_when(lambda state: bool(may_cut and state.ledger.operation))
    update = {"record_id": "7", "data_type": "suppliers", "validation": "off"}
    async with protocol(devserver, find_for=3) as here:
        here.codat.connection(seeds.PROMPT).set(offline=True)
        here.codat.fault("drop-before-commit", method="PUT", nth=2)
        earlier = await here.push(**update, data=record("suppliers", number="7"))
        await point_after(earlier, "poll-status")
        push = await here.push(**update, data=record("suppliers", number="8"))
        await here.codat.arrival(1, method="PUT")
        may_cut.append(True)
        await eventually(lambda: _has_two_runs(earlier))
        here.codat.connection(seeds.PROMPT).set(offline=False, delay=0)

        assert "Success" == (await push.outcome()).status
        assert "Success" == (await earlier.outcome()).status
