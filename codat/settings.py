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
    """CODAT_* variables; a missing or wrong one stops the start with its name."""

    model_config = SettingsConfigDict(
        env_prefix="CODAT_", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    api_key: Annotated[SecretStr, Field(min_length=1)]
    """API key of your Codat account."""

    base_url: HttpUrl = HttpUrl("https://api.codat.io")
    """Base URL of Codat's API, or of the emulator."""

    idempotency: Literal["honoured", "ignored"] = "honoured"
    """Says what this Codat deployment does with `Idempotency-Key`; see *Two settings that decide
    whether a push is exactly once* above."""

    connect_timeout: Patience = timedelta(seconds=5)
    """How long a connection to Codat may take to open."""

    read_timeout: Patience = timedelta(seconds=25)
    """How long Codat may be silent during one request."""

    total_timeout: Patience = timedelta(seconds=30)
    """How long one request to Codat may take in all."""

    company_concurrency: Annotated[int, Field(ge=1, le=10)] = 10
    """Requests in parallel for one company. Codat allows 10: divide them by the number of
    workers."""

    requests_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Requests per minute of this process. Codat allows 1000 per address: divide them by the
    number of workers."""

    company_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Part of the day's requests that one of several companies may use in this process; `1`
    means no limit. A company that is alone may use twice this part. The front door always uses
    0.1."""

    webhook_secret: SecretStr | None = None
    """Secret with which Codat signs its webhooks; two secrets, separated by a blank, during a
    change. The front door verifies webhooks with it. A worker that has it polls less, because
    webhooks report changes."""

    webhook_authorization: SecretStr | None = None
    """Value of the `Authorization` header that Codat's webhooks carry, instead of a signature.
    It has the same effect on a worker."""

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
