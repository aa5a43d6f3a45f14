"""Which request without a key is taken as a repeat, and what is forgotten."""

import pytest

from gateway.auth import NOBODY, ApiKey
from gateway.repeats import KEPT_FOR, MAX_KEPT, MadeKeyAnswer, UndeliveredKeys
from tests.support.clock import Clock

ANN, BEN = ApiKey("ann", b"a"), ApiKey("ben", b"b")


@pytest.fixture(name="clock")
def _clock():
    return Clock()


@pytest.fixture(name="keys")
def _keys(clock):
    return UndeliveredKeys(clock)


def made(keys, caller=ANN, request=b"r", *, recognize=True):
    return keys.key_for(caller, request, recognize=recognize)


def test_each_missed_answer_gives_its_key_to_one_repeat(keys):
    missed = [made(keys), made(keys)]
    for one in missed:
        one.keep()
    repeats = [made(keys) for _ in range(3)]

    assert [one.key for one in missed] == [one.key for one in repeats[:2]]
    assert [True, True, False] == [one.is_repeat for one in repeats]


def test_a_repeat_whose_answer_is_missed_too_keeps_the_key(keys):
    first = made(keys)
    first.keep()
    made(keys).keep()

    assert first.key == made(keys).key


def test_an_answer_that_is_missed_twice_over_is_one(keys):
    first = made(keys)
    first.keep()
    first.keep()

    assert [True, False] == [made(keys).is_repeat, made(keys).is_repeat]


@pytest.mark.parametrize(
    ("caller", "request_", "recognize"),
    [(BEN, b"r", True), (NOBODY, b"r", True), (ANN, b"other", True), (ANN, b"r", False)],
)
def test_nothing_else_is_a_repeat(keys, caller, request_, recognize):
    made(keys).keep()

    assert not made(keys, caller, request_, recognize=recognize).is_repeat


def test_after_two_minutes_a_key_is_forgotten(keys, clock):
    made(keys).keep()
    made(keys).keep()
    clock.now += KEPT_FOR - 1
    in_time = made(keys)
    clock.now += 2

    assert (True, False) == (in_time.is_repeat, made(keys).is_repeat)


def test_a_caller_who_fills_the_memory_forgets_its_own_keys_only(keys):
    made(keys, BEN).keep()
    for number in range(MAX_KEPT + 1):
        made(keys, ANN, str(number).encode()).keep()

    assert [False, True] == [made(keys, ANN, name).is_repeat for name in (b"0", b"1")]
    assert made(keys, BEN).is_repeat


@pytest.mark.parametrize("messages", [["http.disconnect"], []])
async def test_an_answer_that_nobody_takes_keeps_the_key(keys, messages):
    first = made(keys)

    async def receive():
        return {"type": messages.pop()}

    async def send(_):
        raise OSError

    with pytest.raises((OSError, IndexError)):
        await MadeKeyAnswer({}, first, {})({"type": "http"}, receive, send)

    assert first.key == made(keys).key
