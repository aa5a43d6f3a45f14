"""Large records lie beside Temporal, for as long as it knows their push."""

import hashlib
import os
from datetime import timedelta

import pytest
from temporalio.client import Client

from dispatch.forgotten import OtherNamespace
from dispatch.payloads.converter import CONVERTER, converter
from dispatch.payloads.keyring import KeyRing
from dispatch.pushes import request_of, start_push
from dispatch.sweep import sweep
from dispatch.timeline.build import build_timeline
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import a_request, cluster
from tests.support.large_payloads import beside
from workflows.models import Validation

NOW = timedelta(seconds=-60)


def kept(directory):
    return list(directory.glob("default/*/*"))


async def test_a_large_record_leaves_its_history_small(devserver, tmp_path):
    data = record("chartOfAccounts", number="77") | {"description": "Kowalski " * 60_000}
    async with cluster(beside(devserver, tmp_path), rules="off") as here:
        push = await here.push(
            connection_id=seeds.SYNCHRONOUS, data=data, validation=Validation.OFF
        )
        outcome = await push.outcome()
        told = await build_timeline(push)
        size = (await push.describe()).raw_info.history_size_bytes

        assert ("Success", data) == (outcome.status, told.data)
        assert [data["description"]] == [one["data"]["description"] for one in here.records]
    assert size < 50_000
    assert {push.workflow_id} == {path.parent.name for path in kept(tmp_path)}


async def test_only_old_records_that_temporal_has_forgotten_are_swept(devserver, tmp_path):
    async with cluster(beside(devserver, tmp_path)) as here:
        push = await here.push(connection_id=seeds.SYNCHRONOUS)
        await push.outcome()
    for one in (push.workflow_id, "push-forgotten"):
        place = tmp_path / "default" / one / "a-payload"
        place.parent.mkdir(parents=True)
        place.touch()
    # The first one only notes which namespace it is.
    removed = [
        await sweep(here.client, tmp_path, young) for young in (NOW, timedelta(hours=1), NOW, NOW)
    ]

    assert [0, 0, 1, 0] == removed
    assert [push.workflow_id] == [path.parent.name for path in kept(tmp_path)]


async def test_a_sweep_follows_no_link(devserver, tmp_path):
    outside, root = tmp_path / "outside", tmp_path / "large"
    space = root / "default"
    for folder in (outside, space / "push-forgotten"):
        folder.mkdir(parents=True)
        (folder / "a-payload").touch()
    (space / "push-linked").symlink_to(outside)
    (space / "push-forgotten" / "linked").symlink_to(outside / "a-payload")
    removed = [await sweep(devserver.client, root, NOW) for _ in range(2)]

    assert [0, 2] == removed
    assert [outside / "a-payload"] == list(outside.iterdir())
    assert (space / "push-linked").is_symlink()


async def test_payloads_of_another_cluster_are_not_touched(devserver, tmp_path):
    note = tmp_path / "default" / "namespace-id"
    note.parent.mkdir()
    note.write_text("another")

    with pytest.raises(OtherNamespace, match="is TEMPORAL_ADDRESS right"):
        await sweep(devserver.client, tmp_path)


async def test_a_key_started_again_during_a_sweep_keeps_its_record(
    devserver, tmp_path, monkeypatch
):
    bare, large = devserver.client, converter(KeyRing(), tmp_path)
    client = Client(bare.service_client, namespace=bare.namespace, data_converter=large)
    request = a_request(data={"name": "Fuel", "memo": "x" * 300_000})
    (payload,) = await CONVERTER.encode([request])
    forgotten = payload.SerializeToString()
    folder = tmp_path / bare.namespace / request.workflow_id
    folder.mkdir(parents=True)
    (folder / hashlib.sha256(forgotten).hexdigest()).write_bytes(forgotten)
    await sweep(client, tmp_path)
    for file in folder.iterdir():
        os.utime(file, (1, 1))
    started = []

    async def is_known(*_asked):
        started.append(await start_push(client, request, task_queue="nobody"))
        return False

    monkeypatch.setattr("dispatch.sweep.is_known", is_known)
    removed = await sweep(client, tmp_path)
    (push,) = started
    read = await request_of(push)
    await push.handle.terminate()

    assert (0, request.data) == (removed, read.data)
