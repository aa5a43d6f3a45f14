import os

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
)

from codat.settings import SettingsError, read_settings
from dispatch.payloads.converter import converter
from dispatch.payloads.keyring import KeyRing
from dispatch.payloads.storage import LARGE, PayloadDirectory, PayloadMissing, StorageUnavailable
from dispatch.settings import DispatchSettings

RING = KeyRing({"k1": bytes(range(32))}, "k1")
BIG = {"note": "Kowalski " * (LARGE // 9 + 1)}


def kept(root):
    return [path for path in root.rglob("*") if path.is_file()]


async def read(root, path):
    claim = StorageDriverClaim({"path": path})
    (payload,) = await PayloadDirectory(root).retrieve(StorageDriverRetrieveContext(), [claim])
    return payload


async def test_what_is_large_lies_outside_encrypted_and_is_read_again(tmp_path):
    here = converter(RING, tmp_path)
    (reference,) = await here.encode([BIG])
    (path,) = kept(tmp_path)

    assert reference.ByteSize() < 500
    assert b"Kowalski" not in path.read_bytes()
    assert [BIG] == await here.decode([reference])


async def test_what_is_not_large_stays_where_it_was(tmp_path):
    here = converter(RING, tmp_path)
    (payload,) = await here.encode([{"note": "x" * (LARGE - 200)}])

    assert (b"binary/encrypted", []) == (payload.metadata["encoding"], kept(tmp_path))


async def test_payloads_from_before_the_directory_stay_readable(tmp_path):
    assert [BIG] == await converter(RING, tmp_path).decode(await converter(RING).encode([BIG]))


async def test_a_process_without_the_directory_says_so(tmp_path):
    reference = await converter(RING, tmp_path).encode([BIG])

    with pytest.raises(RuntimeError, match="external storage is not configured"):
        await converter(RING).decode(reference)


async def test_folders_of_payloads_are_private_and_synced_to_disk(tmp_path, monkeypatch):
    synced, fsync = set(), os.fsync

    def noted(descriptor):
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    await converter(RING, tmp_path).encode([BIG])
    (path,) = kept(tmp_path)
    folders = [path.parent, path.parent.parent]

    assert [0o700] * 2 == [folder.stat().st_mode & 0o777 for folder in folders]
    assert {one.stat().st_ino for one in (path, *folders, tmp_path)} == synced


async def test_the_same_payload_is_kept_once(tmp_path):
    for _ in range(2):
        await converter(KeyRing(), tmp_path).encode([BIG])

    assert 1 == len(kept(tmp_path))


@pytest.mark.parametrize(
    ("name", "folder"),
    [("push-1", "push-1"), ("..", "%2E%2E"), ("a/b ~ü", "a%2Fb%20%7E%C3%BC"), (None, "-")],
)
async def test_no_name_leads_out_of_the_directory(tmp_path, name, folder):
    target = StorageDriverWorkflowInfo(namespace="../n", id=name)
    payload = Payload(data=b"x")
    context = StorageDriverStoreContext(target=target)
    (claim,) = await PayloadDirectory(tmp_path).store(context, [payload])

    assert claim.claim_data["path"].startswith(f"%2E%2E%2Fn/{folder}/")
    assert payload == await read(tmp_path, claim.claim_data["path"])


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../secret", "a/b/c", f"a/../{'0' * 64}"])
async def test_a_reference_reads_nothing_but_payloads(tmp_path, path):
    with pytest.raises(PayloadMissing):
        await read(tmp_path, path)


async def test_a_payload_that_is_gone_is_named(tmp_path):
    here = converter(RING, tmp_path)
    reference = await here.encode([BIG])
    kept(tmp_path)[0].unlink()

    with pytest.raises(PayloadMissing, match="is not in PUSH_LARGE_DIRECTORY: does every process"):
        await here.decode(reference)


async def test_a_payload_that_was_altered_is_refused(tmp_path):
    here = converter(KeyRing(), tmp_path)
    reference = await here.encode([BIG])
    path = kept(tmp_path)[0]
    path.write_bytes(path.read_bytes().replace(b"Kowalski", b"Nowakski", 1))

    with pytest.raises(PayloadMissing, match="is not what was put there"):
        await here.decode(reference)


async def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(
        StorageUnavailable,
        match=r"can't be written to PUSH_LARGE_DIRECTORY.* No space left on device\.$",
    ):
        await converter(RING, tmp_path).encode([BIG])
    assert [] == kept(tmp_path)


def test_a_directory_that_is_none_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PUSH_LARGE_DIRECTORY", str(tmp_path / "none"))

    with pytest.raises(SettingsError, match=r"^PUSH_LARGE_DIRECTORY is wrong: Path does not point"):
        read_settings(DispatchSettings)


@pytest.mark.parametrize("written", ["", None])
def test_without_a_directory_all_lies_in_temporal(monkeypatch, written):
    monkeypatch.delenv("PUSH_LARGE_DIRECTORY", raising=False)
    if written is not None:
        monkeypatch.setenv("PUSH_LARGE_DIRECTORY", written)

    assert read_settings(DispatchSettings).large_directory is None
