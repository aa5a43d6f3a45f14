"""`starter.py webhooks` against an emulator in this process."""

import json

import pytest

from codat.client import CodatClient
from commands import webhooks
from commands.app import run
from emulator import Emulator

URL = "https://push.example.com/webhooks/codat"


@pytest.fixture(autouse=True)
def _codat(monkeypatch):
    codat = Emulator()
    monkeypatch.setenv("CODAT_API_KEY", codat.api_key)
    monkeypatch.setenv("CODAT_BASE_URL", codat.base_url)
    monkeypatch.setattr(
        webhooks, "CodatClient", lambda settings: CodatClient(settings, transport=codat.transport)
    )


@pytest.fixture(name="said")
def _said(capsys):
    """Run a command and give what it printed as JSON."""

    def say(*command):
        assert 0 == run(["webhooks", *command, "--json"])
        return json.loads(capsys.readouterr().out)

    return say


def test_an_address_is_registered_for_all_that_is_made_use_of(said):
    made = said("register", URL)
    (listed,) = said("list")["consumers"]

    assert (True, listed) == (made.pop("isNew"), made)
    assert {"bills.write.successful", "read.completed"} <= {*made["eventTypes"]}


def test_an_address_is_registered_once(said):
    first, second = said("register", URL), said("register", URL)

    assert (first["id"], False) == (second["id"], second["isNew"])


def test_an_address_is_registered_for_tags_of_companies(said):
    assert ["a:b", "c:d"] == said("register", URL, "--tag", "a:b", "--tag", "c:d")["companyTags"]


def test_what_is_removed_is_listed_no_more(said, capsys):
    made = said("register", URL)

    assert 0 == run(["webhooks", "remove", made["id"]])
    assert f"removed: {made['id']}\n" == capsys.readouterr().out
    assert [] == said("list")["consumers"]


def test_to_remove_what_is_not_there_is_wrong_input(capsys):
    assert 2 == run(["webhooks", "remove", "nobody"])
    assert "Codat has no webhook nobody.\n" == capsys.readouterr().err


def test_an_address_without_a_scheme_is_wrong_input(capsys):
    assert 2 == run(["webhooks", "register", "push.example.com"])
    assert "URL must begin with https:// or http://.\n" == capsys.readouterr().err


def test_people_are_told_what_to_do_next(capsys):
    assert 0 == run(["webhooks", "register", URL])
    assert "next: set CODAT_WEBHOOK_SECRET" in capsys.readouterr().out
