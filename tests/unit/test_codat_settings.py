from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError

from codat.settings import CodatSettings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    for name in ("BASE_URL", "IDEMPOTENCY", "TOTAL_TIMEOUT"):
        monkeypatch.delenv(f"CODAT_{name}", raising=False)
    monkeypatch.setenv("CODAT_API_KEY", "a-secret")


def test_the_key_alone_is_enough():
    settings = load_settings()

    assert "a-secret" == settings.api_key.get_secret_value()
    assert ("https://api.codat.io/", "honoured") == (str(settings.base_url), settings.idempotency)


def test_a_missing_key_is_named(monkeypatch):
    monkeypatch.delenv("CODAT_API_KEY")

    with pytest.raises(SettingsError, match=r"^CODAT_API_KEY is missing: set it"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CODAT_API_KEY", ""),
        ("CODAT_BASE_URL", "codat"),
        ("CODAT_IDEMPOTENCY", "maybe"),
        ("CODAT_TOTAL_TIMEOUT", "PT1H"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch, name, text):
    monkeypatch.setenv(name, text)

    with pytest.raises(SettingsError, match=f"^{name} is wrong: "):
        load_settings()


def test_a_call_is_never_given_more_than_thirty_seconds():
    with pytest.raises(ValidationError):
        CodatSettings(api_key=SecretStr("k"), total_timeout=timedelta(seconds=31))


def test_the_key_is_never_shown():
    assert "a-secret" not in repr(load_settings())
