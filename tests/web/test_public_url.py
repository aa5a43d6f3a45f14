"""Behind a proxy: the setting says the scheme and the host, not what a caller sends."""

import httpx
import pytest

from codat.settings import SettingsError, read_settings
from emulator import seeds
from gateway.app import build_app
from gateway.middleware.security_headers import FORWARDED
from gateway.settings import GatewaySettings
from tests.support.front_door import KEY, basic, front_door, login

PUBLIC = "https://pushes.example"
LIST = f"/companies/{seeds.COMPANY}/push"


def asking(door, host="pushes.example", base="http://10.0.0.9:8080"):
    """Somebody before whom a proxy ends TLS and passes the Host on."""
    transport = httpx.ASGITransport(build_app(door.parts), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=base, headers={"Host": host})


async def test_behind_tls_cookies_and_headers_are_those_of_tls(devserver):
    async with front_door(devserver, public_url=PUBLIC) as door, asking(door) as http:
        entered = await http.post("/login", data=login())
        cookie = entered.headers["set-cookie"]
        seen = await http.get("/", headers={"Cookie": cookie.partition(";")[0]})

    assert cookie.startswith("__Host-surepush=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()
    assert "max-age=31536000" == entered.headers["strict-transport-security"]
    assert 200 == seen.status_code


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("pushes.example", 200),
        ("PUSHES.example:443", 200),
        ("pushes.example:80", 421),
        ("evil.example", 421),
        ("pushes.example.evil.example", 421),
        ("pushes.example@evil.example", 421),
        ("", 421),
    ],
)
async def test_only_the_public_host_is_served(devserver, host, status):
    async with front_door(devserver, public_url=PUBLIC) as door, asking(door, host) as http:
        assert status == (await http.get(LIST, headers=basic(KEY))).status_code
        assert {200} == {(await http.get(path)).status_code for path in ("/health", "/ready")}


async def test_no_redirect_names_a_host(door):
    async with asking(door, host="evil.example") as http:
        paths = ("/static", "/login/", f"{LIST}/", "/companies", "/")
        answers = [await http.get(path) for path in paths]
    places = {answer.headers["location"] for answer in answers if "location" in answer.headers}

    assert {"/login?target=%2F"} == places


@pytest.mark.parametrize("name", FORWARDED)
async def test_an_open_door_serves_nobody_through_a_proxy(devserver, name):
    async with front_door(devserver, api_keys="") as door:
        assert 403 == (await door.http.get(LIST, headers={name: "127.0.0.1"})).status_code


@pytest.mark.parametrize(
    "written", ["pushes.example", "ftp://a.example", "https://a.example/x", "https://u@a.example"]
)
def test_a_public_url_is_scheme_and_host(monkeypatch, written):
    monkeypatch.setenv("GATEWAY_PUBLIC_URL", written)
    with pytest.raises(SettingsError, match=r"GATEWAY_PUBLIC_URL is wrong: .*scheme and host"):
        read_settings(GatewaySettings)


def test_an_empty_public_url_is_none(monkeypatch):
    monkeypatch.setenv("GATEWAY_PUBLIC_URL", "")
    assert read_settings(GatewaySettings).public_url is None
