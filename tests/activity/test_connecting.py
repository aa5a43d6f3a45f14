"""What connecting says when a setting is wrong, against real sockets."""

from datetime import timedelta

import pytest

from dispatch.connection import TemporalUnreachable, connect, read_connection
from tests.support.tls_servers import Authority, refusing_server, tls_door


@pytest.fixture(name="set_to")
def _set_to(monkeypatch, tmp_path):
    """Give Temporal's variables, and no others."""

    def set_to(**variables):
        monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "none.toml"))
        for name, value in variables.items():
            monkeypatch.setenv(f"TEMPORAL_{name.upper()}", str(value))

    return set_to


async def complaint():
    with pytest.raises(TemporalUnreachable) as raised:
        await connect()
    return str(raised.value)


@pytest.mark.parametrize("text", ['addres = "a:1"', 'address = "a:1"\ntls = {server_nam = "a"}'])
def test_a_misspelt_key_of_a_profile_is_named(set_to, tmp_path, text):
    (tmp_path / "t.toml").write_text(f"[profile.default]\n{text}\n")
    set_to(config_file=tmp_path / "t.toml")

    with pytest.raises(TemporalUnreachable, match=r"unknown field `(addres|server_nam)`"):
        read_connection()


def test_a_certificate_that_is_not_there_is_named(set_to):
    set_to(address="a:1", tls_client_cert_path="nowhere.pem")

    with pytest.raises(TemporalUnreachable, match=r"No such file or directory: 'nowhere.pem'"):
        read_connection()


def test_a_profile_brings_its_namespace_and_certificates(set_to, tmp_path):
    files = Authority(tmp_path).certificate("client")
    (tmp_path / "t.toml").write_text(
        '[profile.prod]\naddress = "a:1"\nnamespace = "pushes"\n[profile.prod.tls]\n'
        f'client_cert_path = "{files.certificate}"\nclient_key_path = "{files.key}"\n'
    )
    set_to(config_file=tmp_path / "t.toml", profile="prod")
    config = read_connection()

    assert ("a:1", "pushes") == (config.get("target_host"), config.get("namespace"))
    assert files.key.read_bytes() == getattr(config.get("tls"), "client_private_key", None)


@pytest.mark.parametrize(
    ("certificate", "trusted", "meaning"),
    [
        (("temporal", 1), "stranger", "its certificate is signed by an authority that is not"),
        (("another", 1), "authority", "its certificate is for another name"),
        (("temporal", -1), "authority", "its certificate has expired"),
    ],
)
async def test_a_wrong_certificate_of_the_server_is_one_sentence(
    set_to, tmp_path, certificate, trusted, meaning
):
    name, days = certificate
    Authority(tmp_path, "stranger")
    files = Authority(tmp_path).certificate(name, left=timedelta(days=days))
    async with tls_door("127.0.0.1:9", files) as address:
        set_to(
            address=address,
            tls_server_ca_cert_path=tmp_path / f"{trusted}.pem",
            tls_server_name="temporal",
        )
        said = await complaint()

    assert f"Temporal is not reachable at {address}: {meaning}" in said


async def test_a_server_that_wants_tls_is_recognised(set_to, tmp_path):
    files = Authority(tmp_path).certificate("temporal")
    async with tls_door("127.0.0.1:9", files) as address:
        set_to(address=address)

        assert "It may want TLS (TEMPORAL_TLS=true)" in await complaint()


@pytest.mark.parametrize("status", [7, 16])
async def test_a_key_that_is_refused_is_one_sentence(set_to, status):
    async with refusing_server(status, "The token has expired.") as address:
        set_to(address=address, api_key="old", tls="false")

        assert await complaint() == (
            f"Temporal is not reachable at {address}: it does not let us in "
            "(The token has expired). Set TEMPORAL_API_KEY to a key that is valid and may use "
            "the namespace."
        )
