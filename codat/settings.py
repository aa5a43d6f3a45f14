"""How Codat is reached: the CODAT_* variables."""

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Settings = TypeVar("Settings", bound=BaseSettings)


def _seconds(value: object) -> object:
    is_plain = isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,9}(\.[0-9]+)?\s*", value)
    return float(value) if isinstance(value, str) and is_plain else value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]
"""A time span, written as seconds (`4`, `0.5`) or as ISO 8601 (`PT15M`)."""

Patience = Annotated[Duration, Field(gt=timedelta(0), le=timedelta(seconds=30))]
"""A time-out; 30 s at most, since finding a lost push builds on it."""


class SettingsError(ValueError):
    """A variable is missing or wrong; the text names it."""


class CodatSettings(BaseSettings):
    """CODAT_* variables; start-up fails naming the missing one.

    Several workers share `company_concurrency` (Codat allows ten at once per company) and
    `requests_per_minute` (a thousand per address): give each its part. `company_share` is the part
    of the day's requests that a company may use of one process where it is not alone.
    """

    model_config = SettingsConfigDict(env_prefix="CODAT_", frozen=True, hide_input_in_errors=True)

    api_key: Annotated[SecretStr, Field(min_length=1)]
    base_url: HttpUrl = HttpUrl("https://api.codat.io")
    idempotency: Literal["honoured", "ignored"] = "honoured"
    connect_timeout: Patience = timedelta(seconds=5)
    read_timeout: Patience = timedelta(seconds=25)
    total_timeout: Patience = timedelta(seconds=30)
    company_concurrency: Annotated[int, Field(ge=1, le=10)] = 10
    requests_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 1000
    company_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    webhook_secret: SecretStr | None = None
    webhook_authorization: SecretStr | None = None

    @property
    def has_webhooks(self) -> bool:
        """Whether Codat is said to report what becomes of a push."""
        return bool(self.webhook_secret or self.webhook_authorization)


def read_settings(kind: type[Settings]) -> Settings:
    """Read settings from the environment; SettingsError names the variable that is wrong."""
    try:
        return kind.model_validate({})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    name = f"{kind.model_config.get('env_prefix', '')}{field}".upper()
    if first["type"] == "missing":
        raise SettingsError(f"{name} is missing: set it in the environment.")
    raise SettingsError(f"{name} is wrong: {first['msg']}.")


def load_settings() -> CodatSettings:
    """Read CODAT_* from the environment, else SettingsError."""
    return read_settings(CodatSettings)
