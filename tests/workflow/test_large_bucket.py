"""Large records lie in a bucket of S3, for as long as Temporal knows their push."""

from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from codat.settings import SettingsError, read_settings
from dispatch.forgotten import OtherNamespace
from dispatch.payloads.converter import converter
from dispatch.payloads.keyring import KeyRing
from dispatch.payloads.storage import (
    LARGE,
    PayloadMissing,
    StorageUnavailable,
    fetched,
    storage_drivers,
)
from dispatch.settings import DispatchSettings
from dispatch.sweep import sweep_all
from dispatch.timeline.build import build_timeline
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import cluster
from tests.support.s3_server import BUCKET, s3_bucket
from workflows.models import Validation

RING = KeyRing({"k1": bytes(range(32))}, "k1")
BIG = {"note": "Kowalski " * (LARGE // 9 + 1)}
SETTINGS = DispatchSettings(large_bucket=BUCKET)
LATER = timedelta(seconds=-60)


@pytest.fixture(name="s3")
def _s3(monkeypatch):
    with s3_bucket(monkeypatch) as client:
        yield client


@pytest.fixture(name="bucket_sweep")
def _bucket_sweep():
    from dispatch import bucket_sweep  # noqa: PLC0415, takes a second in every process

    return bucket_sweep


def keys(s3):
    return [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


async def test_a_large_record_lies_in_the_bucket_encrypted(devserver, s3):
    data = record("chartOfAccounts", number="77") | {"description": "Kowalski " * 60_000}
    bare = devserver.client
    large = converter(RING, None, BUCKET)
    client = Client(bare.service_client, namespace=bare.namespace, data_converter=large)
    async with cluster(WorkflowEnvironment.from_client(client), rules="off") as here:
        push = await here.push(
            connection_id=seeds.SYNCHRONOUS, data=data, validation=Validation.OFF
        )
        outcome = await push.outcome()
        told = await build_timeline(push)
        size = (await push.describe()).raw_info.history_size_bytes
    stored = [s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys(s3)]

    assert ("Success", data) == (outcome.status, told.data)
    assert size < 50_000
    assert stored
    assert not any(b"Kowalski" in one for one in stored)


async def test_what_lies_in_the_directory_is_still_read(s3, tmp_path):
    before = await converter(RING, tmp_path).encode([BIG])
    both = converter(RING, tmp_path, BUCKET)
    after = await both.encode([BIG])

    assert [BIG, BIG] == [*await both.decode(before), *await both.decode(after)]
    assert 1 == len(keys(s3))


@pytest.mark.usefixtures("s3")
async def test_the_codec_server_reads_from_where_a_payload_lies(tmp_path):
    (reference,) = await converter(RING, None, BUCKET).encode([BIG])
    read = await fetched(reference, storage_drivers(tmp_path, BUCKET))

    assert read.ByteSize() > LARGE
    with pytest.raises(
        PayloadMissing, match=r"lies with 'aws\.s3driver': set PUSH_LARGE_DIRECTORY"
    ):
        await fetched(reference, storage_drivers(tmp_path, None))


async def test_a_payload_that_is_gone_or_altered_is_named(s3):
    here = converter(RING, None, BUCKET)
    reference = await here.encode([BIG])
    (key,) = keys(s3)
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"another")
    with pytest.raises(PayloadMissing, match="PUSH_LARGE_BUCKET is not what was put there"):
        await here.decode(reference)
    s3.delete_object(Bucket=BUCKET, Key=key)
    with pytest.raises(PayloadMissing, match="is not in PUSH_LARGE_BUCKET"):
        await here.decode(reference)


@pytest.mark.usefixtures("s3")
async def test_a_bucket_that_is_not_there_is_a_sentence():
    with pytest.raises(
        StorageUnavailable, match=r"can't be written to PUSH_LARGE_BUCKET.*bucket does not exist\.$"
    ):
        await converter(RING, None, "another-bucket").encode([BIG])


async def test_only_old_records_that_temporal_has_forgotten_are_swept(devserver, s3, bucket_sweep):
    async with cluster(devserver) as here:
        push = await here.push(connection_id=seeds.SYNCHRONOUS)
        await push.outcome()
    other = "v0/ns/another/wt/push/wi/push-1/ri/null/d/sha256/0"
    for workflow_id in (push.workflow_id, "push-forgotten"):
        key = f"v0/ns/default/wt/push/wi/{workflow_id}/ri/null/d/sha256/0"
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    s3.put_object(Bucket=BUCKET, Key=other, Body=b"x")
    # The first one only notes which namespace it is.
    removed = [
        await bucket_sweep.sweep_bucket(here.client, BUCKET, young)
        for young in (LATER, timedelta(hours=1), LATER, LATER)
    ]

    assert [0, 0, 1, 0] == removed
    assert [other, "v0/ns/default/namespace-id"] == [
        key for key in keys(s3) if push.workflow_id not in key
    ]


async def test_what_is_written_again_during_a_sweep_stays(devserver, s3, bucket_sweep, monkeypatch):
    key = "v0/ns/default/wt/push/wi/push-again/ri/null/d/sha256/0"
    await bucket_sweep.sweep_bucket(devserver.client, BUCKET)
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    written = s3.head_object(Bucket=BUCKET, Key=key)["LastModified"]

    async def is_known(*_asked):
        while s3.head_object(Bucket=BUCKET, Key=key)["LastModified"] == written:  # whole seconds
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
        return False

    monkeypatch.setattr("dispatch.bucket_sweep.is_known", is_known)
    monkeypatch.setattr("dispatch.bucket_sweep.date_of", lambda _: written + timedelta(seconds=1))

    assert 0 == await bucket_sweep.sweep_bucket(devserver.client, BUCKET, timedelta(0))
    assert key in keys(s3)


async def test_payloads_of_another_cluster_are_not_touched(devserver, s3):
    s3.put_object(Bucket=BUCKET, Key="v0/ns/default/namespace-id", Body=b"another")

    with pytest.raises(OtherNamespace, match="is TEMPORAL_ADDRESS right"):
        await sweep_all(devserver.client, SETTINGS)


@pytest.mark.parametrize("written", ["Large", "a/b", "x"])
def test_a_name_that_no_bucket_has_is_refused(monkeypatch, written):
    monkeypatch.setenv("PUSH_LARGE_BUCKET", written)

    with pytest.raises(SettingsError, match=r"^PUSH_LARGE_BUCKET is wrong"):
        read_settings(DispatchSettings)
