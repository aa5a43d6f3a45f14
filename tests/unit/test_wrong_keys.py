"""Guesses at one key name, from many addresses, and who still gets in."""

import pytest

from gateway import wrong_keys
from gateway.auth import ApiKey
from gateway.errors import HttpError
from gateway.wrong_keys import MAX_LETTERS, SECONDS, WrongKeys
from tests.support.clock import Clock

ANN, BEN = ApiKey("ann", b"a"), ApiKey("ben", b"b")
MOST = 3


@pytest.fixture(name="clock")
def _clock():
    return Clock()


@pytest.fixture(name="keys")
def _keys(clock):
    return WrongKeys(MOST, clock)


def guess(keys, *names):
    """As many wrong keys for each name as make it slow, each from an address of its own."""
    for name in names:
        for number in range(MOST):
            keys.note(f"{name} {number}", None, name)


def is_refused(keys, address, key, name=""):
    try:
        keys.note(address, key, name)
    except HttpError as error:
        return error.status == 429
    return False


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_who_guesses_at_a_guessed_name_has_one_guess(keys, name):
    guess(keys, name)
    keys.note("late", None, name)

    assert is_refused(keys, "late", None, name)
    assert is_refused(keys, f"{name} 0", None, name)


def test_a_right_key_after_a_wrong_one_is_refused_for_a_minute(keys, clock):
    guess(keys, "ann")
    keys.note("late", None, "ann")
    refused = is_refused(keys, "late", ANN, "ann")
    clock.now += SECONDS + 1
    keys.note("late", None, "ann")

    assert (True, False) == (refused, is_refused(keys, "late", ANN, "ann"))


def test_the_owner_of_a_guessed_name_still_gets_in(keys):
    keys.note("office", ANN, "ann")
    guess(keys, "ann")
    keys.note("office", None, "ann")

    assert not is_refused(keys, "office", ANN, "ann")
    assert not is_refused(keys, "at home", ANN, "ann")


def test_other_names_and_headers_are_not_slowed(keys):
    guess(keys, "ann")
    keys.note("late", None, "ann")

    assert not is_refused(keys, "late", None, "ben")
    assert not is_refused(keys, "late", BEN, "ben")
    assert not is_refused(keys, "ann 1", ANN)


def test_headers_count_for_no_name(keys):
    for number in range(MOST):
        keys.note(str(number), None)
    keys.note("late", None)

    assert not is_refused(keys, "late", None)


def test_the_names_that_were_guessed_last_are_kept(monkeypatch):
    monkeypatch.setattr(wrong_keys, "MAX_NAMES", 2)
    keys = WrongKeys(MOST)
    names = ("ann", "ben", "eve")
    guess(keys, *names)
    for name in names:
        keys.note(f"late {name}", None)

    assert [False, True, True] == [is_refused(keys, f"late {one}", ANN, one) for one in names]


def test_of_a_long_name_only_the_beginning_is_kept(keys):
    longest = "x" * MAX_LETTERS
    guess(keys, f"{longest}y")
    keys.note("late", None)

    assert is_refused(keys, "late", None, f"{longest}z")
