"""How Codat is reached: the CODAT_* variables."""

from datetime import timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Settings = TypeVar("Settings", bound=BaseSettings)
Patience = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(seconds=30))]
"""A time-out; 30 s at most, since finding a lost push builds on it."""


class SettingsError(ValueError):
    """A variable is missing or wrong; the text names it."""


class CodatSettings(BaseSettings):
    """CODAT_* variables; start-up fails naming the missing one."""

    model_config = SettingsConfigDict(env_prefix="CODAT_", frozen=True, hide_input_in_errors=True)

    api_key: Annotated[SecretStr, Field(min_length=1)]
    base_url: HttpUrl = HttpUrl("https://api.codat.io")
    idempotency: Literal["honoured", "ignored"] = "honoured"
    connect_timeout: Patience = timedelta(seconds=5)
    read_timeout: Patience = timedelta(seconds=25)
    total_timeout: Patience = timedelta(seconds=30)


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
