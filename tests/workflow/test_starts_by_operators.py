"""Started by name, by a schedule or by the server again: the past is read, not believed."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.common import RetryPolicy

from activities.start_memo import START_MEMO, StartMemo
from codat.models import PushStatus
from dispatch.listing import list_pushes
from dispatch.pushes import Push
from dispatch.selection import Selection
from dispatch.start_header import with_start_header
from dispatch.start_options import start_memo
from emulator import seeds
from gateway.api.listing import find_operations
from gateway.api.query import read_query
from tests.support.cluster import a_request
from tests.support.eventually import eventually
from tests.support.protocol import MODES, held_up, protocol, seconds_for_minutes, written_once
from tests.support.temporal_commands import check, names_of_activities, start_like, terminate

both = pytest.mark.parametrize("mode", MODES)

FOREIGN = ["x", 7, [], {}, {"firstDigest": 1}, {"firstDigest": "x", "kind": "create"}]


async def start_by_name(here, request, *, memo=None, more=None, header=None, **options):
    """Start a push by its name; `more` goes into its input."""
    client = with_start_header(here.client, header) if header else here.client
    sent = request.model_dump(mode="json", by_alias=True, exclude_none=True) | (more or {})
    options.setdefault("task_queue", here.task_queue)
    await client.start_workflow("push", sent, id=request.workflow_id, memo=memo, **options)
    return Push(here.client, request.push_id)


async def test_a_first_start_reads_no_earlier_runs(devserver):
    async with protocol(devserver) as here:
        push = await here.push()
        await push.outcome()

        assert "recall" not in await names_of_activities(push)


@pytest.mark.parametrize("memo", FOREIGN, ids=str)
async def test_a_memo_from_anybody_hides_no_earlier_run(devserver, memo):
    async with protocol(devserver, "ignored") as here:
        request = a_request()
        push = await start_by_name(here, request)
        await push.outcome()
        await start_by_name(here, request, memo={START_MEMO: memo})

        assert written_once(here, await push.outcome())


@pytest.mark.parametrize(
    ("age", "is_marked"),
    [(timedelta(), False), (timedelta(minutes=6), True)],
    ids=["no header", "old"],
)
async def test_a_copied_memo_hides_no_earlier_run(devserver, age, is_marked):
    async with protocol(devserver, "ignored") as here:
        request = a_request()
        first = start_memo(here.client, request)
        push = await start_by_name(here, request, memo={START_MEMO: first}, header=first)
        await push.outcome()
        at = datetime.now(UTC) - age
        copied = StartMemo.model_validate(first.model_dump() | {"started_on_utc": at})
        await start_by_name(
            here, request, memo={START_MEMO: copied}, header=copied if is_marked else None
        )

        assert written_once(here, await push.outcome())


async def test_a_foreign_memo_breaks_no_list(devserver):
    async with protocol(devserver) as here:
        request = a_request()
        push = await start_by_name(here, request, memo={START_MEMO: "x", "requestedOnUtc": 7})
        await push.outcome()

        async def is_listed():
            ours = (await list_pushes(here.client, Selection(company=request.company_id))).pushes
            return push.push_id in [one.push_id for one in ours]

        await eventually(is_listed)
        found = await find_operations(here.client, request.company_id, read_query(""), "Unknown")

    assert push.push_id in [one.push_operation_key for one in found.operations]


async def test_a_cron_schedule_writes_a_record_once(devserver):
    async with protocol(devserver, "ignored") as here:
        request = a_request()
        first = start_memo(here.client, request)
        memo = {START_MEMO: first}
        push = await start_by_name(
            here, request, memo=memo, header=first, cron_schedule="@every 1s"
        )

        async def ran_twice():
            query = f'WorkflowId="{push.workflow_id}" AND ExecutionStatus="Completed"'
            return (await here.client.count_workflows(query)).count > 1

        await eventually(ran_twice)
        await terminate(push)

        assert (1, 1) == (len(here.posts), len(here.records))
        assert "Success" == (await push.outcome()).status


@both
@pytest.mark.parametrize("is_resumed", [False, True], ids=["memo", "resume"])
async def test_a_retry_policy_of_the_server_writes_a_record_once(devserver, mode, is_resumed):
    async with protocol(devserver, mode, echo_data=True) as here, held_up(answer=True) as gate:
        request = a_request()
        carried = {"requestedOnUtc": datetime.now(UTC).isoformat(), "ledger": {}}
        first = start_memo(here.client, request)
        push = await start_by_name(
            here,
            request,
            memo={START_MEMO: first},
            header=first,
            more={"resume": carried} if is_resumed else None,
            run_timeout=timedelta(seconds=3),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100)),
        )
        await gate.reached.wait()

        begun = (await push.describe()).run_id

        async def is_again():
            return (await push.describe()).run_id != begun

        await eventually(is_again)
        gate.open.set()
        outcome = await push.outcome()

        check(here, outcome)
        assert 1 == len(here.records)


async def test_another_record_under_the_key_of_a_success_is_an_error(devserver):
    async with protocol(devserver) as here:
        push = await here.push()
        first = await push.outcome()
        await start_like(push, here.task_queue, data=a_request().data)
        with pytest.raises(WorkflowFailureError) as refused:
            await push.handle.result()
        cause = refused.value.cause

        assert "IdempotencyKeyConflict" == getattr(cause, "type", None)
        assert "belongs to a push of another record" in str(cause)
        assert first == await push.outcome()
        assert (1, 1) == (len(here.posts), len(here.records))
        run_id = (await push.describe()).run_id

        async def is_listed_as_success():
            (one, *_) = (await list_pushes(here.client, Selection())).pushes
            return (one.push_id, one.run_id, one.status) == (
                push.push_id,
                run_id,
                PushStatus.SUCCESS,
            )

        await eventually(is_listed_as_success)


async def test_the_same_record_under_the_key_of_a_success_is_told_it(devserver):
    async with protocol(devserver) as here:
        push = await here.push(connection_id=seeds.REFUSING)
        first = await push.outcome()
        here.codat.connection(seeds.REFUSING).set(refusing=None)
        await start_like(push, here.task_queue, data=a_request().data)
        mended = await push.outcome()
        await start_like(push, here.task_queue)

        assert ("Failed", "Success") == (first.status, mended.status)
        assert mended == await push.outcome()


async def test_a_deadline_passed_in_the_queue_says_nothing_was_sent(devserver, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver) as here:
        request = a_request(timeout_in_minutes=1)
        push = await start_by_name(here, request, start_delay=timedelta(seconds=2))
        outcome = await push.outcome()

    assert ("TimedOut", False, False) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


async def test_a_success_started_again_and_terminated_stays_a_success(devserver):
    async with protocol(devserver) as here:
        push = await here.push()
        first = await push.outcome()
        await start_like(push, "nobody's")
        await terminate(push)

        assert first == await push.outcome()
