import hashlib
import logging

import httpx
import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payloads
from temporalio.converter import WorkflowSerializationContext

from codat.settings import SettingsError, read_settings
from dispatch import codec_server
from dispatch.codec_access import Access, CodecSettings
from dispatch.codec_server import build_codec_server, main
from dispatch.payloads.converter import CONVERTER, converter
from dispatch.payloads.encryption import Encryption
from dispatch.payloads.keyring import KeyRing
from dispatch.payloads.storage import LARGE, storage_drivers

RING = KeyRing({"k1": bytes(range(32))}, "k1")
RECORD = {"supplierName": "Kowalski & Daughters"}
UI = "https://temporal.test"
SECRET = "opens-it"
DIGEST = hashlib.sha256(SECRET.encode()).hexdigest()
BEARER = {"Authorization": f"Bearer {SECRET}"}
LOGIN = {"Authorization": "Bearer a-token"}
USERINFO = {"CODEC_USERINFO_URL": "https://login.test/userinfo", "CODEC_USERS": "ann@house.test, 7"}


@pytest.fixture(name="server")
def _server(monkeypatch):
    def server(login=None, large=None, **variables):
        for name, value in ({"CODEC_ORIGINS": UI} | variables).items():
            monkeypatch.setenv(name, value)
        settings = read_settings(CodecSettings)
        outside = httpx.AsyncClient(transport=httpx.MockTransport(login or nobody_asks))
        app = build_codec_server(
            Encryption(RING), Access(settings, outside), settings, storage_drivers(large, None)
        )
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost:8081"
        )

    return server


def nobody_asks(request):
    raise AssertionError(request.url)


def body(payloads):
    return json_format.MessageToDict(Payloads(payloads=payloads))


async def sealed():
    return body(await converter(RING).encode([RECORD]))


async def test_what_is_sealed_comes_back_in_the_clear(server):
    answer = await server().post("/decode", json=await sealed())

    assert 200 == answer.status_code
    assert body(await CONVERTER.encode([RECORD])) == answer.json()


async def test_what_is_encoded_can_be_read_by_a_worker(server):
    answer = await server().post("/encode", json=body(await CONVERTER.encode([RECORD])))
    payloads = json_format.ParseDict(answer.json(), Payloads()).payloads

    assert b"Kowalski" not in payloads[0].data
    assert [RECORD] == await converter(RING).decode(payloads)


async def test_what_lies_in_the_clear_is_left_alone(server):
    plain = body(await CONVERTER.encode([RECORD, None]))

    assert plain == (await server().post("/decode", json=plain)).json()


async def test_what_lies_in_the_directory_is_downloaded_in_the_clear(server, tmp_path):
    big = {"note": "x" * LARGE}
    reference = body(await converter(RING, tmp_path).encode([big]))
    answer = await server(large=tmp_path).post("/download", json=reference)
    untouched = await server(large=tmp_path).post("/decode", json=reference)

    assert body(await CONVERTER.encode([big])) == answer.json()
    assert reference == untouched.json()


@pytest.mark.parametrize("data", [b"nonsense", b"\xff"])
async def test_a_reference_that_is_none_is_refused_with_a_sentence(server, tmp_path, data):
    reference = await converter(RING, tmp_path).encode([{"note": "x" * LARGE}])
    reference[0].data = data
    answer = await server(large=tmp_path).post("/download", json=body(reference))

    assert 422 == answer.status_code
    assert answer.json()["message"].startswith("A large payload's reference can't be read")


async def test_an_unknown_key_is_named_and_nothing_else(server):
    foreign = await converter(KeyRing({"k9": bytes(32)}, "k9")).encode([RECORD])
    answer = await server().post("/decode", json=body(foreign))

    assert 422 == answer.status_code
    assert "A payload is encrypted with the key 'k9'" in answer.json()["message"]


@pytest.mark.parametrize(
    "sent", [b"", b"{", b"[]", b'"Kowalski"', b'{"payloads": [{"data": 7}]}', b"\xff\xfe"]
)
async def test_a_body_that_is_none_is_refused_without_being_quoted(server, sent):
    answer = await server().post("/decode", content=sent)

    assert 400 == answer.status_code
    assert 'The body is not {"payloads": [...]} as Temporal writes it.' == answer.json()["message"]


async def test_a_body_of_any_length_is_not_taken_in(server, monkeypatch):
    monkeypatch.setattr(codec_server, "MAX_BYTES", 10)
    answer = await server().post("/decode", json=await sealed())

    assert (413, "The body may have at most 10 bytes.") == (
        answer.status_code,
        answer.json()["message"],
    )


@pytest.mark.parametrize("path", ["/encode", "/decode", "/download"])
async def test_the_ui_may_ask_before_it_asks_without_showing_anything(server, path):
    wish = {
        "Origin": UI,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,authorization-extras,"
        "content-type,x-namespace",
    }
    answer = await server(CODEC_KEYS=f"ui:{DIGEST}").options(path, headers=wish)

    assert 200 == answer.status_code
    assert (UI, "POST", "true") == tuple(
        answer.headers[f"access-control-allow-{name}"]
        for name in ("origin", "methods", "credentials")
    )


@pytest.mark.parametrize("keys", ["", f"ui:{DIGEST}"])
async def test_no_other_page_can_read_an_answer(server, keys):
    elsewhere = {"Origin": "https://elsewhere.test"} | BEARER
    answer = await server(CODEC_KEYS=keys).post("/decode", json=await sealed(), headers=elsewhere)
    wish = {"Access-Control-Request-Method": "POST"} | elsewhere
    asked = await server().options("/decode", headers=wish)

    assert "access-control-allow-origin" not in answer.headers
    assert 400 == asked.status_code


async def test_the_ui_can_read_a_refusal(server):
    answer = await server(CODEC_KEYS=f"ui:{DIGEST}").post("/decode", headers={"Origin": UI})

    assert (401, UI) == (answer.status_code, answer.headers["access-control-allow-origin"])
    assert "CODEC_KEYS" in answer.json()["message"]


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer wrong", f"Basic {SECRET}", SECRET])
@pytest.mark.parametrize("path", ["/encode", "/decode", "/download"])
async def test_without_the_key_nobody_is_let_in(server, path, shown):
    http = server(CODEC_KEYS=f"ui:{DIGEST}")
    answer = await http.post(path, json=await sealed(), headers={"Authorization": shown})

    assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"])


async def test_each_key_lets_in_and_the_log_says_whose_it_was(server, caplog):
    http = server(CODEC_KEYS=f"other:{'0' * 64} ui:{DIGEST}")
    caplog.set_level("INFO", "surepush.codec")
    answer = await http.post("/decode", json=await sealed(), headers=BEARER | {"X-Namespace": "n"})

    assert 200 == answer.status_code
    assert ["/decode 1 payloads of 'n' for ui"] == caplog.messages


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({"sub": "7"}, 200),
        ({"sub": "8", "email": "ann@house.test", "email_verified": True}, 200),
        ({"sub": "8", "email": "ann@house.test"}, 401),
        ({"sub": "8", "email": "ann@house.test", "email_verified": "true"}, 401),
        ({"sub": "8", "email": "bob@house.test", "email_verified": True}, 401),
    ],
)
async def test_the_login_that_the_ui_hands_on_is_asked_about(server, who, status):
    def login(request):
        assert LOGIN["Authorization"] == request.headers["Authorization"]
        return httpx.Response(200, json=who)

    answer = await server(login, **USERINFO).post("/decode", json=await sealed(), headers=LOGIN)

    assert status == answer.status_code


async def test_a_login_is_remembered_for_a_minute(server):
    asked = []

    def login(request):
        asked.append(request)
        return httpx.Response(200, json={"sub": "7"})

    http = server(login, **USERINFO)
    for _ in range(3):
        assert 200 == (await http.post("/decode", json=await sealed(), headers=LOGIN)).status_code

    assert 1 == len(asked)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (httpx.Response(401), 401),
        (httpx.Response(500), 503),
        (httpx.Response(200, text="<html>"), 503),
        (httpx.Response(200, json=["7"]), 503),
        (httpx.Response(200, json={}), 503),
    ],
)
async def test_a_login_that_is_not_confirmed_lets_nobody_in(server, told, status):
    http = server(lambda _: told, **USERINFO)
    answer = await http.post("/decode", json=await sealed(), headers=LOGIN)

    assert status == answer.status_code


async def test_without_keys_only_this_machines_own_names_are_answered(server):
    rebound = {"Host": "elsewhere.test:8081"}
    answer = await server().post("/decode", json=await sealed(), headers=rebound)

    assert 400 == answer.status_code


@pytest.mark.parametrize(
    ("variables", "host", "sentence"),
    [
        ({"PUSH_ENCRYPTION_KEYS": ""}, "127.0.0.1", "PUSH_ENCRYPTION_KEYS is missing: "),
        ({}, "0.0.0.0", "CODEC_KEYS is missing: without keys 0.0.0.0 is not served."),
        (
            {"CODEC_USERINFO_URL": "https://login.test"},
            "127.0.0.1",
            "CODEC_USERS is missing: it says whose logins may read.",
        ),
        (
            {"CODEC_USERINFO_URL": "http://login.test", "CODEC_USERS": "7"},
            "127.0.0.1",
            "a login goes over https only",
        ),
        ({"CODEC_KEYS": SECRET}, "127.0.0.1", "entry 1 is not name:sha256-of-key."),
        ({"CODEC_ORIGINS": "*"}, "127.0.0.1", "CODEC_ORIGINS is wrong: Value error, entry 1 is no"),
        ({"CODEC_ORIGINS": f"{UI}/"}, "127.0.0.1", "entry 1 is no origin, such as https://temp"),
    ],
)
async def test_what_is_missing_is_said_in_a_sentence(monkeypatch, variables, host, sentence):
    monkeypatch.setenv("PUSH_ENCRYPTION_KEYS", f"k1:{'A' * 43}=")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as told:
        await main(host, 0)

    assert sentence in str(told.value)
    assert SECRET not in str(told.value)


async def test_a_refused_login_is_remembered_and_pushes_no_other_out(server, monkeypatch):
    monkeypatch.setattr("dispatch.codec_access._MAX_REMEMBERED", 2)
    asked = []

    def login(request):
        asked.append(shown := request.headers["Authorization"])
        return httpx.Response(200 if shown == "Bearer good" else 401, json={"sub": "7"})

    http, sent = server(login, **USERINFO), await sealed()
    for shown in ("good", "bad-1", "bad-1", "bad-2", "bad-3", "good"):
        await http.post("/decode", json=sent, headers={"Authorization": f"Bearer {shown}"})

    assert [f"Bearer {one}" for one in ("good", "bad-1", "bad-2", "bad-3")] == asked


async def test_the_log_says_who_read_what_and_who_was_refused(server, caplog):
    caplog.set_level(logging.INFO)
    bound = Encryption(RING).with_context(WorkflowSerializationContext("pushes", "push-1"))
    payloads = await bound.encode(await CONVERTER.encode([{"name": "Kowalski"}]))
    digest = hashlib.sha256(b"a key").hexdigest()
    for shown in ("a key", "another"):
        await server(CODEC_KEYS=f"ann:{digest}").post(
            "/decode", json=body(payloads), headers={"Authorization": f"Bearer {shown}"}
        )

    assert "for ann: 'pushes/push-1'" in caplog.text
    assert "/decode was refused to somebody at 127.0.0.1" in caplog.text
    assert "another" not in caplog.text
