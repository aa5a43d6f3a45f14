"""Encrypted payloads are bound to their workflow, and plain ones are refused where it is strict."""

import base64

import pytest
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    WorkflowSerializationContext,
)

from codat.settings import SettingsError, read_settings
from dispatch.payloads.converter import converter
from dispatch.payloads.encryption import BOUND_TO, UndecryptablePayload
from dispatch.payloads.keyring import EncryptionSettings, KeyRing

RING = KeyRing({"k1": bytes(range(32))}, "k1")
KEY = base64.b64encode(bytes(range(32))).decode()
RECORD = {"supplierName": "Kowalski & Daughters"}


def of(workflow_id: str, namespace: str = "pushes", **more) -> DataConverter:
    context = WorkflowSerializationContext(namespace, workflow_id)
    return converter(RING, **more).with_context(context)


async def test_a_payload_is_read_in_its_workflow_and_by_who_knows_none():
    sealed = await of("push-1").encode([RECORD])
    activity = ActivitySerializationContext(
        namespace="pushes",
        activity_id="1",
        activity_type="push",
        activity_task_queue="push",
        workflow_id="push-1",
        workflow_type="push",
        is_local=False,
    )

    assert b"pushes/push-1" == sealed[0].metadata[BOUND_TO]
    for reader in (of("push-1"), converter(RING), converter(RING).with_context(activity)):
        assert [RECORD] == await reader.decode(sealed)


@pytest.mark.parametrize("place", [("push-2", "pushes"), ("push-1", "tests")])
async def test_a_payload_that_was_moved_is_refused(place):
    sealed = await of("push-1").encode([RECORD])

    with pytest.raises(UndecryptablePayload, match="moved here from another workflow"):
        await of(*place).decode(sealed)


@pytest.mark.parametrize("claim", [b"pushes/push-2", b""])
async def test_a_moved_payload_that_claims_another_place_is_refused(claim):
    (sealed,) = await of("push-1").encode([RECORD])
    sealed.metadata[BOUND_TO] = claim

    with pytest.raises(UndecryptablePayload, match="it was altered"):
        await of("push-2").decode([sealed])


async def test_what_was_encrypted_before_is_read_everywhere():
    assert [RECORD] == await of("push-1").decode(await converter(RING).encode([RECORD]))


async def test_strictly_nothing_plain_is_read():
    strict, plain = of("push-1", strict=True), await converter(KeyRing()).encode([RECORD])

    assert [RECORD, None] == await strict.decode(await strict.encode([RECORD, None]))
    with pytest.raises(UndecryptablePayload, match="PUSH_ENCRYPTION_STRICT"):
        await strict.decode(plain)


@pytest.mark.parametrize("keys", ["", f"plain k1:{KEY}"])
def test_strict_needs_a_key_that_encrypts(monkeypatch, keys):
    monkeypatch.setenv("PUSH_ENCRYPTION_KEYS", keys)
    monkeypatch.setenv("PUSH_ENCRYPTION_STRICT", "true")

    with pytest.raises(SettingsError, match=r"PUSH_ENCRYPTION_STRICT is wrong: .*a key"):
        read_settings(EncryptionSettings)
