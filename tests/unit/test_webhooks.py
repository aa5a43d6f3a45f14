"""Which reports are genuine, and what they are about."""

import base64
import json
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook

from codat.reports import ReadReport
from codat.settings import SettingsError
from codat.webhooks import Event, NotGenuine, Webhooks

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "codat" / "webhook_examples.json"
SECRET = "whsec_" + base64.b64encode(b"a secret of ours").decode()
OTHER = "whsec_" + base64.b64encode(b"a secret of theirs").decode()
RULES = {"Authorization": "Bearer us"}
KNOWN = Webhooks(SecretStr(SECRET), SecretStr("Bearer us"))
KEY = UUID("a9367074-b5c3-42c4-9be4-be129f43577e")


def today(**payload: object) -> bytes:
    known = {"id": str(KEY), "requestedOnDate": "2026-11-22T12:00:00.1234567Z"}
    event = {"eventType": "bills.write.successful", "payload": known | payload}
    return json.dumps(event).encode()


def signed(body: bytes, secret: str = SECRET, age: timedelta = timedelta()) -> dict[str, str]:
    at = datetime.now(UTC) - age
    signature = Webhook(secret).sign("m1", at, body.decode())
    return {
        "Webhook-Id": "m1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": signature,
    }


def older(**changes: object) -> bytes:
    rule = {"RuleType": "Push Operation Status Changed", "Data": {"pushOperationKey": str(KEY)}}
    return json.dumps(rule | changes).encode()


def operation_of(body: bytes, headers: dict[str, str]) -> str:
    event = KNOWN.read(body, headers)
    assert isinstance(event, Event)
    return str(event.operation)


def test_a_signed_report_names_its_operation():
    headers = signed(today())
    sent = datetime.fromtimestamp(int(headers["Webhook-Timestamp"]), UTC)
    age = sent - datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)

    assert Event(KEY, age, "m1") == KNOWN.read(today(), headers)


def test_one_of_several_signatures_is_enough():
    headers = signed(today())
    headers["Webhook-Signature"] = f"v1a,bm9uZQ== v1,bm9uZQ== {headers['Webhook-Signature']}"

    assert KNOWN.read(today(), headers)


@pytest.mark.parametrize(
    "before",
    [" ", "  ", "nonsense ", "v1 ", ", ", "v1, ", "v1,abc ", "v1,*** ", "v1,a,b ", "v2,x\t"],
)
def test_what_stands_before_a_good_signature_does_not_hide_it(before):
    headers = signed(today())
    headers["Webhook-Signature"] = f"{before}{headers['Webhook-Signature']} {before}"

    assert KNOWN.read(today(), headers)


def test_while_a_secret_is_changed_both_are_valid():
    both = Webhooks(SecretStr(f"{OTHER} {SECRET}"))

    assert both.read(today(), signed(today()))
    assert both.read(today(), signed(today(), OTHER))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (today(), signed(today(), OTHER)),
        (today(status="Success"), signed(today())),
        (today(), signed(today(), age=timedelta(hours=1))),
        (today(), signed(today(), age=-timedelta(hours=1))),
        (today(), signed(today()) | {"Webhook-Signature": "nonsense"}),
        (today(), signed(today()) | {"Webhook-Signature": "v1,***"}),
        (today(), signed(today()) | {"Webhook-Timestamp": "nan"}),
        (b"\xff", signed(today())),
        (today(), {"Webhook-Signature": "v1,bm9uZQ=="} | RULES),
        (older(), {}),
        (older(), {"Authorization": "Bearer them"}),
        (older(), {"Authorization": "Bearer \u00fcs"}),
    ],
)
def test_what_is_forged_or_old_is_refused(body, headers):
    with pytest.raises(NotGenuine):
        KNOWN.read(body, headers)


@pytest.mark.parametrize("headers", [signed(today()), RULES])
def test_without_secrets_nothing_is_genuine(headers):
    with pytest.raises(NotGenuine, match="is not set"):
        Webhooks().read(today(), headers)


@pytest.mark.parametrize(
    "body", [older(), older(Data=None, data={"PushOperationKey": str(KEY)}, ruleType="x")]
)
def test_the_older_kind_is_read_in_both_spellings(body):
    assert Event(KEY) == KNOWN.read(body, RULES)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{", b'{"Data": 3}', older(Data={"pushOperationKey": "x"})]
)
def test_a_genuine_report_about_something_else_is_none(body):
    assert KNOWN.read(body, RULES) is None


@pytest.mark.parametrize("kind", ["connection.created", "bills.read.completed", "", None])
def test_other_events_are_none(kind):
    body = json.dumps({"eventType": kind, "payload": {"id": str(uuid4())}}).encode()

    assert KNOWN.read(body, signed(body)) is None


@given(st.binary(max_size=300), st.dictionaries(st.text(max_size=9), st.text(max_size=40)))
def test_whatever_comes_is_refused_or_read(body, headers):
    for more in ({}, RULES):
        with suppress(NotGenuine):
            KNOWN.read(body, headers | more)


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_x",
        "whsec_",
        "whsec_==",
        "whsec_whsec_YWJjZA==",
        "whsec_YW-jZA==",
        "whsec_YW_jZA==",
        "whsec_-__--__-",
        f"{SECRET} whsec_",
        "whsec_YW=jZA",
    ],
)
def test_a_secret_that_is_none_is_told_at_once(secret):
    wrong = r"CODAT_WEBHOOK_SECRET is wrong: it is no .* whsec_ and base64 .*with \+ and /"
    with pytest.raises(SettingsError, match=wrong) as raised:
        Webhooks(SecretStr(secret))

    assert "YW" not in str(raised.value)


@pytest.mark.parametrize("secret", ["", "  ", None])
def test_an_empty_secret_is_none(secret):
    given = None if secret is None else SecretStr(secret)
    with pytest.raises(NotGenuine, match="CODAT_WEBHOOK_SECRET is not set"):
        Webhooks(given).read(today(), signed(today()))


def test_an_empty_header_that_was_agreed_on_lets_nobody_in():
    with pytest.raises(NotGenuine, match="CODAT_WEBHOOK_AUTHORIZATION is not set"):
        Webhooks(None, SecretStr("")).read(older(), {"Authorization": ""})


@pytest.mark.parametrize("secret", [SECRET, SECRET.rstrip("="), SECRET.removeprefix("whsec_")])
def test_a_secret_may_lack_its_padding_or_its_prefix(secret):
    assert Webhooks(SecretStr(secret)).read(today(), signed(today()))


def test_the_published_examples_are_read():
    if not PUBLISHED.exists():
        assert not os.environ.get("CI"), "the published examples are missing"
        pytest.skip("the published examples are not beside the repository")
    known = json.loads(PUBLISHED.read_text())
    writes = [
        (json.dumps(body).encode(), body["payload"]["id"])
        for event in known["current"]
        if ".write." in event["event"]
        for body in event["examples"].values()
    ]
    rules = [
        (json.dumps(body).encode(), body["Data"]["pushOperationKey"])
        for event in known["deprecated"]
        for body in event["examples"].values()
        if "pushOperationKey" in body.get("Data", {})
    ]

    assert [key for _, key in writes] == [operation_of(body, signed(body)) for body, _ in writes]
    assert [key for _, key in rules] == [operation_of(body, RULES) for body, _ in rules]
    assert len(writes) > 30
    assert len(rules) >= 2


def refresh_report(*entries: object, **company: object) -> bytes:
    payload = {"referenceCompany": {"id": str(KEY)} | company, "dataTypes": [*entries]}
    return json.dumps({"eventType": "read.completed", "payload": payload}).encode()


def test_a_finished_refresh_names_connections_and_data_types():
    entry = {"connectionId": str(KEY), "dataType": "accounts", "status": "FetchError"}
    body = refresh_report(entry, {"dataType": "bills"}, 7)

    assert ReadReport(KEY, frozenset({(KEY, "chartOfAccounts")}), "m1") == KNOWN.read(
        body, signed(body)
    )


def test_a_finished_refresh_of_no_company_is_none():
    body = refresh_report(id="x")

    assert KNOWN.read(body, signed(body)) is None
