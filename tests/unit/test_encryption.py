import base64

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, FailureError

from codat.settings import SettingsError, read_settings
from dispatch.payloads.converter import converter
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.payloads.keyring import EncryptionSettings, KeyRing
from dispatch.timeline.timeline import words

FIRST = base64.b64encode(bytes(range(32))).decode()
SECOND = base64.b64encode(bytes(range(32, 64))).decode()
RECORD = {"supplierName": "Kowalski & Daughters", "amount": "1042.50"}


def the_ring(monkeypatch, written) -> KeyRing:
    monkeypatch.setenv("PUSH_ENCRYPTION_KEYS", written)
    return read_settings(EncryptionSettings).encryption_keys


def side(monkeypatch, written):
    """The converter of a process with these keys."""
    return converter(the_ring(monkeypatch, written))


async def test_what_is_written_says_nothing_and_is_read_again(monkeypatch):
    here = side(monkeypatch, f"k1:{FIRST}")
    (payload,) = await here.encode([RECORD])

    assert {"encoding": b"binary/encrypted", "encryption-key-id": b"k1"} == dict(payload.metadata)
    assert b"Kowalski" not in payload.data
    assert [RECORD] == await here.decode([payload])


async def test_the_same_value_looks_different_every_time(monkeypatch):
    here = side(monkeypatch, f"k1:{FIRST}")
    one, other = await here.encode([RECORD, RECORD])

    assert one.data[:32] != other.data[:32]
    assert one.data[32:] != other.data[32:]


async def test_null_and_bytes_keep_their_kind(monkeypatch):
    here = side(monkeypatch, f"k1:{FIRST}")

    assert [None, b"raw"] == await here.decode(await here.encode([None, b"raw"]))


@pytest.mark.parametrize("keys", ["", f"k1:{FIRST}", f"plain k1:{FIRST}"])
async def test_what_lies_in_the_clear_stays_readable(monkeypatch, keys):
    before = await side(monkeypatch, "").encode([RECORD])

    assert [RECORD] == await side(monkeypatch, keys).decode(before)


async def test_at_each_step_of_a_key_rotation_everybody_can_read(monkeypatch):
    steps = [f"k1:{FIRST}", f"k1:{FIRST}, k2:{SECOND}", f"k2:{SECOND}\nk1:{FIRST}", f"k2:{SECOND}"]
    sides = [side(monkeypatch, step) for step in steps]

    for writer, reader in [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2)]:
        written = await sides[writer].encode([RECORD])
        assert [RECORD] == await sides[reader].decode(written)
    (last,) = await sides[2].encode([RECORD])
    assert b"k2" == last.metadata["encryption-key-id"]


async def test_with_plain_first_all_is_read_and_nothing_encrypted(monkeypatch):
    here = side(monkeypatch, f"plain, k1:{FIRST}")
    (payload,) = await here.encode([RECORD])

    assert b"json/plain" == payload.metadata["encoding"]
    assert [RECORD] == await here.decode(await side(monkeypatch, f"k1:{FIRST}").encode([RECORD]))


@pytest.mark.parametrize("keys", ["", f"k2:{FIRST}"])
async def test_a_missing_key_is_named(monkeypatch, keys):
    sealed = await side(monkeypatch, f"k1:{FIRST}").encode([RECORD])

    with pytest.raises(
        UndecryptablePayload, match=r"^A payload is encrypted with the key 'k1', which PUSH_"
    ):
        await side(monkeypatch, keys).decode(sealed)


async def test_another_key_of_the_same_name_opens_nothing(monkeypatch):
    sealed = await side(monkeypatch, f"k1:{FIRST}").encode([RECORD])

    with pytest.raises(UndecryptablePayload, match="another key had that name"):
        await side(monkeypatch, f"k1:{SECOND}").decode(sealed)


@pytest.mark.parametrize("place", [0, 31, 32, 60, -1])
async def test_a_payload_that_was_altered_is_refused(monkeypatch, place):
    here = side(monkeypatch, f"k1:{FIRST}")
    (payload,) = await here.encode([RECORD])
    altered = bytearray(payload.data)
    altered[place] ^= 1
    payload.data = bytes(altered)

    with pytest.raises(UndecryptablePayload, match="it was altered"):
        await here.decode([payload])


@pytest.mark.parametrize("data", [b"", b"short", b"x" * 47])
async def test_a_payload_that_was_cut_off_is_refused(monkeypatch, data):
    here = side(monkeypatch, f"k1:{FIRST}")
    (payload,) = await here.encode([RECORD])
    payload.data = data

    with pytest.raises(UndecryptablePayload, match="it was altered"):
        await here.decode([payload])


def refuse(category):
    raise ApplicationError(
        "Kowalski said no", RECORD, type="PushFailed", category=category
    ) from ValueError("Kowalski in the cause")


def quoting(category=ApplicationErrorCategory.UNSPECIFIED) -> ApplicationError:
    with pytest.raises(ApplicationError) as told:
        refuse(category)
    return told.value


async def test_an_error_says_nothing_and_is_read_again(monkeypatch):
    here, failure = side(monkeypatch, f"k1:{FIRST}"), Failure()
    await here.encode_failure(quoting(), failure)

    assert "Encoded failure" == failure.message == failure.cause.message
    assert b"Kowalski" not in failure.SerializeToString()
    assert b"in refuse" not in failure.SerializeToString()
    assert "Kowalski said no" == await words(here, failure)


async def test_an_encrypted_error_keeps_cause_details_and_type(monkeypatch):
    here, failure = side(monkeypatch, f"k1:{FIRST}"), Failure()
    await here.encode_failure(quoting(), failure)
    error = await here.decode_failure(failure)

    assert isinstance(error, ApplicationError)
    assert ("PushFailed", (RECORD,)) == (error.type, error.details)
    assert "ValueError: Kowalski in the cause" == str(error.__cause__)


@pytest.mark.parametrize("keys", ["", f"k1:{FIRST}"])
async def test_only_a_benign_failure_is_told_without_a_stack_trace(monkeypatch, keys):
    here = side(monkeypatch, keys)
    traces = []
    for category in ApplicationErrorCategory:
        failure = Failure()
        await here.encode_failure(quoting(category), failure)
        error = await here.decode_failure(failure)
        assert isinstance(error, FailureError)
        assert error.failure
        traces.append(error.failure.stack_trace)

    assert ["in refuse" in trace for trace in traces] == [True, False]


@pytest.mark.parametrize("keys", ["", " ", "plain"])
def test_without_keys_nothing_is_encrypted(monkeypatch, keys):
    assert KeyRing() == the_ring(monkeypatch, keys)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (FIRST, "entry 1 is not name:base64-of-32-bytes"),
        ("k1:", "entry 1 is not name:base64-of-32-bytes"),
        (f"k/1:{FIRST}", "entry 1 is not name:base64-of-32-bytes"),
        (f"k1:{FIRST} plain", "entry 2 is not name:base64-of-32-bytes"),
        (f"k1:{FIRST} plain:{SECOND}", "entry 2 is not name:base64-of-32-bytes"),
        (f"k1:{FIRST[:-1]}", "the key of entry 1, k1, is not base64"),
        ("k1:0123456789-abcdef", "the key of entry 1, k1, is not base64"),
        ("k1:MDEyMzQ1Njc4OWFiY2RlZg==", "the key of entry 1, k1, has 16 bytes, not 32"),
        (f"k1:{FIRST},k1:{SECOND}", "entry 2 has the name of another, k1"),
    ],
)
def test_a_wrong_setting_is_named_without_the_key(monkeypatch, written, sentence):
    with pytest.raises(SettingsError) as told:
        the_ring(monkeypatch, written)

    assert f"PUSH_ENCRYPTION_KEYS is wrong: Value error, {sentence}." == str(told.value)


def test_a_printed_ring_shows_no_key(monkeypatch):
    assert "KeyRing(active='k1')" == repr(the_ring(monkeypatch, f"k1:{FIRST}"))
