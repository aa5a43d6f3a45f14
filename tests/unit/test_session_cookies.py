"""Which session cookies and form tokens a process takes."""

import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from starlette.requests import HTTPConnection

from gateway import sessions
from gateway.auth import ApiKey
from gateway.errors import HttpError
from gateway.sessions import LASTS, TOKEN, Sessions
from gateway.settings import GatewaySettings

ANN, BEN = ApiKey("ann", b"a" * 32), ApiKey("ben", b"b" * 32)
SECRET = "a secret of two processes"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def a_process(*keys, secret: str | None = SECRET):
    settings = {"api_keys": keys or (ANN, BEN), "session_secret": secret}
    return Sessions(GatewaySettings.model_validate(settings))


def shown(cookie):
    headers = [(b"host", b"a"), (b"cookie", f"surepush={cookie}".encode())]
    return HTTPConnection({"type": "http", "scheme": "http", "path": "/", "headers": headers})


def test_another_process_of_the_same_secret_takes_a_session():
    session = a_process().begin(ANN)

    assert session == a_process().of(shown(session.cookie))


@pytest.mark.parametrize(
    "other",
    [
        a_process(secret="a secret of another process"),
        a_process(secret=None),
        a_process(BEN),
        a_process(replace(ANN, sha256=b"c" * 32), BEN),
    ],
    ids=["secret", "no secret", "key removed", "key changed"],
)
def test_a_session_ends_with_its_secret_and_its_key(other):
    assert other.of(shown(a_process().begin(ANN).cookie)) is None


@pytest.mark.parametrize(("seconds", "lasts"), [(LASTS - 2, True), (LASTS + 1, False)])
def test_a_session_lasts_twelve_hours(monkeypatch, seconds, lasts):
    here = a_process()
    cookie = here.begin(ANN).cookie
    later = SimpleNamespace(time=lambda: time.time() + seconds)
    monkeypatch.setattr(sessions, "time", later)

    assert lasts == (here.of(shown(cookie)) is not None)


def test_a_process_whose_clock_is_behind_takes_a_new_session(monkeypatch):
    cookie = a_process().begin(ANN).cookie
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: time.time() - 5))

    assert a_process().of(shown(cookie)) is not None


def test_an_ended_session_is_known_however_it_is_spelled():
    here = a_process()
    session = here.begin(ANN)
    # Of the last letter of a signature the lower two bits mean nothing.
    same = session.cookie[:-1] + ALPHABET[ALPHABET.index(session.cookie[-1]) + 1]
    before = here.of(shown(same))
    here.end(session)

    assert session == before
    assert here.of(shown(same)) is None


@pytest.mark.parametrize("key", [ANN, BEN])
def test_a_form_of_another_session_is_refused(key):
    here = a_process()
    session, other = here.begin(ANN), here.begin(key)
    with pytest.raises(HttpError, match="too old"):
        here.check(session, [(TOKEN, other.token)])
    with pytest.raises(HttpError, match="too old"):
        here.check(session, [(TOKEN, session.cookie.rpartition(".")[2])])
