"""With keys, Temporal holds nothing of a record; without the keys, nothing of it can be read."""

import asyncio
import base64
import hashlib
import json
import sys
from itertools import chain, repeat
from pathlib import Path
from unittest.mock import Mock
from uuid import uuid4

import httpx
import pytest
from google.protobuf.message import Message
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.workflowservice.v1 import QueryWorkflowRequest
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from dispatch.codec_access import Access, CodecSettings
from dispatch.codec_server import build_codec_server
from dispatch.connection import connect
from dispatch.listing import list_pushes
from dispatch.payloads.converter import CONVERTER, converter
from dispatch.payloads.encryption import Encryption, encrypts
from dispatch.payloads.keyring import KeyRing
from dispatch.process.sandbox import RUNNER
from dispatch.pushes import find_push
from dispatch.retries import retry_push
from dispatch.selection import Selection
from dispatch.timeline.build import build_timeline
from emulator import seeds
from emulator.examples import record
from tests.support.asgi_server import served
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.protocol import protocol, seconds_for_minutes
from tests.support.temporal_commands import start_like
from workflows.attributes import PUSH_REFERENCE
from workflows.models import PushOutcome, Validation
from workflows.push import PushWorkflow

NAME = "Kowalski and Daughters"
RING = KeyRing({"k1": bytes(range(32))}, "k1")
SEALING = converter(RING)
STRICT = converter(RING, strict=True)
TEMPORAL = Path(sys.executable).with_name("temporal")
QUOTED = (b"Kowalski", b"nominalCode", b"closed for posting")
ENDINGS = ("Success", "Failed", "Failed", "TimedOut", "Success", "Unknown")
HISTORIES = Path(__file__).parents[1] / "replay" / "histories"


def sealed(
    environment: WorkflowEnvironment, data_converter: DataConverter = STRICT
) -> WorkflowEnvironment:
    """The same server, for processes that have a key."""
    bare = environment.client
    client = Client(bare.service_client, namespace=bare.namespace, data_converter=data_converter)
    return WorkflowEnvironment.from_client(client)


def replayer(data_converter: DataConverter) -> Replayer:
    return Replayer(
        workflows=[PushWorkflow],
        data_converter=data_converter,
        workflow_runner=RUNNER,
        namespace="default",
    )


def naming(number: int, **more):
    return {
        "data": record("chartOfAccounts", number=str(number)) | {"name": NAME},
        # A rerun on the same server starts pushes of its own.
        "idempotency_key": f"{NAME} {number} {uuid4()}",
    } | more


async def every_ending(here: Cluster) -> list[PushOutcome]:
    """One push of each ending, of each way in which somebody's words get into a history."""
    here.codat.connection(seeds.REFUSING).set(refusing=f"{NAME} is closed for posting.")
    asked = [
        naming(1, connection_id=seeds.SYNCHRONOUS),
        naming(2, connection_id=seeds.REFUSING),
        naming(3, data=record("chartOfAccounts") | {"status": NAME}),
        naming(4, connection_id=seeds.OFFLINE, timeout_in_minutes=1),
        naming(5, connection_id=seeds.PROMPT),
        naming(6, connection_id=seeds.SHAKY),
    ]
    here.codat.fault("commit-then-drop", method="POST", path=seeds.PROMPT, times=1)
    pushes = [await here.push(**fields) for fields in asked]
    return [await push.outcome() for push in pushes]


async def lying_at_the_server(bare: Client, workflow_id: str) -> bytes:
    """All that the server holds of a workflow, as it lies there, and what it asks the worker."""
    handle = bare.get_workflow_handle(workflow_id)
    parts: list[Message] = [(await handle.describe()).raw_description]
    parts += [event async for event in handle.fetch_history_events()]
    request = QueryWorkflowRequest(
        namespace=bare.namespace, query=WorkflowQuery(query_type="__temporal_workflow_metadata")
    )
    request.execution.workflow_id = workflow_id
    parts.append(await bare.workflow_service.query_workflow(request))
    return b"".join(part.SerializeToString() for part in parts)


async def test_of_no_ending_the_server_holds_anything_of_the_record(devserver, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(sealed(devserver), "ignored", echo_data=True) as here:
        outcomes = await every_ending(here)
        endings = {outcome.status: outcome.message for outcome in outcomes}
        assert list(ENDINGS) == [outcome.status for outcome in outcomes], endings
        found = here.client.list_workflows
        ours = f'TaskQueue="{here.task_queue}"'

        async def all_listed():
            # Six pushes, and the claim on the operation that one of them adopted.
            return 7 == len([one async for one in found(ours)])

        await eventually(all_listed)
        lying = [await lying_at_the_server(devserver.client, one.id) async for one in found(ours)]

    assert NAME in outcomes[1].message
    assert [] == [word for word in QUOTED for held in lying if word in held]


async def test_a_push_is_found_by_digest_and_shown_with_its_key(devserver):
    fields = naming(7, connection_id=seeds.REFUSING)
    digest = hashlib.sha256(fields["idempotency_key"].encode()).hexdigest()
    async with cluster(sealed(devserver)) as here:
        push = await here.push(**fields)
        await push.outcome()
        selection = Selection(visibility=f'PushReference="{digest}"')

        async def listed():
            return (await list_pushes(here.client, selection)).pushes

        await eventually(listed)
        assert [fields["idempotency_key"]] == [one.reference for one in await listed()]
        await start_like(push, here.task_queue)
        await push.outcome()

    assert digest == (await push.describe()).typed_search_attributes.get(PUSH_REFERENCE)


async def test_a_failed_task_is_told_only_to_who_has_the_key(devserver, monkeypatch):
    wrong = chain([ValueError(f"{NAME} can't be told")], repeat("the panel"))
    monkeypatch.setattr("workflows.push.outcome_details", Mock(side_effect=wrong))
    async with cluster(sealed(devserver)) as here:
        push = await here.push(**naming(8, connection_id=seeds.SYNCHRONOUS))
        await push.outcome()
        lying = await lying_at_the_server(devserver.client, push.workflow_id)
        told = await build_timeline(push)

    assert b"Kowalski" not in lying
    assert [(f"{NAME} can't be told",)] == [one.said for one in told.moments if "task" in one.what]


async def test_a_push_begun_unencrypted_is_read_and_retried_with_keys(devserver):
    async with cluster(devserver) as here:
        before = await here.push(data={"name": NAME}, validation=Validation.OFF)
        first = await before.outcome()
    async with cluster(sealed(devserver, SEALING)) as here:
        push = await find_push(here.client, before.push_id)
        assert first == await push.outcome()
        await retry_push(push, data=record("chartOfAccounts"), task_queue=here.task_queue)
        told = await build_timeline(push)

        assert "Success" == (await push.outcome()).status
    assert [NAME, "Sales of bread"] == [one.data["name"] for one in told.requests.values()]


@pytest.mark.parametrize("way", ["v1-success", "v1-refused"])
async def test_what_was_recorded_in_the_clear_is_replayed_with_keys(way):
    text = (HISTORIES / f"{way}.json").read_text()
    started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    history = WorkflowHistory.from_json(started["workflowId"], text)

    await replayer(SEALING).replay_workflow(history)


async def test_a_worker_without_the_key_lets_a_push_wait(devserver):
    async with cluster(sealed(devserver)) as here:
        push = await here.push(**naming(10, connection_id=seeds.SYNCHRONOUS))
        await push.outcome()
        history = await push.handle.fetch_history()
    await replayer(SEALING).replay_workflow(history)

    with pytest.raises(RuntimeError, match="encrypted with the key 'k1'"):
        await replayer(CONVERTER).replay_workflow(history)


async def test_a_record_that_was_moved_from_another_push_is_not_taken(devserver):
    async with cluster(sealed(devserver)) as here:
        asked = [naming(number, connection_id=seeds.SYNCHRONOUS) for number in (12, 13)]
        ours, theirs = [await here.push(**fields) for fields in asked]
        await asyncio.gather(ours.outcome(), theirs.outcome())
        history, others = await ours.handle.fetch_history(), await theirs.handle.fetch_history()
    await replayer(STRICT).replay_workflow(history)
    begun, moved = (
        one.events[0].workflow_execution_started_event_attributes.input for one in (history, others)
    )
    begun.CopyFrom(moved)

    with pytest.raises(RuntimeError, match='type: "Unreadable"'):
        await replayer(STRICT).replay_workflow(history)


async def test_who_connects_with_keys_encrypts_what_it_writes(devserver, monkeypatch, tmp_path):
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "none.toml"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", devserver.client.service_client.config.target_host)
    clients = []
    for keys in ("", f"k1:{'A' * 43}="):
        monkeypatch.setenv("PUSH_ENCRYPTION_KEYS", keys)
        clients.append(await connect())

    assert [False, True] == [encrypts(client) for client in clients]


async def test_the_temporal_cli_reads_a_history_by_the_codec_server(devserver):
    settings = CodecSettings.model_validate({})
    async with cluster(sealed(devserver)) as here, httpx.AsyncClient() as http:
        push = await here.push(**naming(11, connection_id=seeds.SYNCHRONOUS))
        await push.outcome()
        app = build_codec_server(Encryption(RING), Access(settings, http), settings)
        async with served(app) as url:
            address = devserver.client.service_client.config.target_host
            command = f"workflow show -o json -w {push.workflow_id} --codec-endpoint {url}"
            shown = await asyncio.create_subprocess_exec(
                *(TEMPORAL, *command.split(), "--address", address), stdout=asyncio.subprocess.PIPE
            )
            told, _ = await shown.communicate()
    started = json.loads(told)["events"][0]["workflowExecutionStartedEventAttributes"]

    assert NAME in base64.b64decode(started["input"]["payloads"][0]["data"]).decode()
