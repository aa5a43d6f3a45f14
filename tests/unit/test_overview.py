from datetime import timedelta

import pytest
from temporalio.envconfig import ClientConnectConfig
from temporalio.service import TLSConfig

from codat.settings import CodatSettings
from dispatch.codec_access import CodecSettings
from dispatch.connection_errors import meaning_of
from dispatch.payloads.keyring import KeyRing
from dispatch.process.overview import check_certificate, check_names, describe
from dispatch.settings import DispatchSettings
from gateway.settings import GatewaySettings
from tests.support.tls_servers import Authority

CODAT = CodatSettings.model_validate({"api_key": "sesame"})
PLAIN = KeyRing()


def told(ring=PLAIN, **more):
    config = ClientConnectConfig(target_host="temporal:7233", **more)
    return "\n".join(describe(config, CODAT, "push", ring))


def test_the_overview_says_where_everything_is():
    said = told(namespace="pushes", api_key="sesame-too")

    assert "temporal:7233, namespace pushes" in said
    assert "TLS, API key" in said
    assert "https://api.codat.io" in said


def test_the_overview_shows_no_secret():
    tls = TLSConfig(client_cert=b"sesame", client_private_key=b"sesame")

    assert "sesame" not in told(api_key="sesame-too", tls=tls)


def test_a_connection_in_the_clear_is_called_that():
    assert "nothing (no TLS)" in told()
    assert "nothing (no TLS), API key" in told(api_key="x", tls=False)


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        (PLAIN, "in the clear"),
        (KeyRing({"k1": b"sesame"}), "in the clear; k1 can be read"),
        (KeyRing({"k2": b"", "k1": b""}, "k2"), "encrypted with the key k2; k1 can be read"),
    ],
)
def test_the_overview_says_at_which_step_a_change_of_keys_is(ring, said):
    assert f"payloads     {said}" in told(ring).splitlines()


def test_a_variable_that_resembles_one_of_ours_is_warned_of():
    found = check_names({"TEMPORAL_ADRESS": "x", "PUSH_COLOUR": "x"}, [DispatchSettings])

    assert ["TEMPORAL_ADRESS is not read: did you mean TEMPORAL_ADDRESS?"] == [
        one.said for one in found
    ]


@pytest.mark.parametrize(
    ("written", "meant", "settings"),
    [
        ("GATEWAY_API_KEY", "GATEWAY_API_KEYS", GatewaySettings),
        ("CODEC_KEY", "CODEC_KEYS", CodecSettings),
    ],
)
def test_each_process_knows_its_own_variables(written, meant, settings):
    (found,) = check_names({written: "x", "PUSH_TASK_QEUE": "x"}, [settings])

    assert f"{written} is not read: did you mean {meant}?" == found.said


@pytest.mark.parametrize(("days", "level"), [(-1, "wrong"), (3, "warning"), (300, "ok")])
def test_a_client_certificate_is_judged_by_its_end(tmp_path, days, level):
    files = Authority(tmp_path).certificate("client", left=timedelta(days=days))
    tls = TLSConfig(client_cert=files.certificate.read_bytes())
    (found,) = check_certificate({"tls": tls})

    assert level == found.level


def test_an_error_that_nobody_knows_is_told_in_its_own_words():
    assert "The moon is down." == meaning_of(
        RuntimeError("Failed client connect: The moon is down")
    )
