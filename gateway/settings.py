"""How the front door behaves: the GATEWAY_* variables."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.auth import ApiKey, read_api_keys
from gateway.public_url import PublicUrl


class GatewaySettings(BaseSettings):
    """GATEWAY_* variables.

    `api_keys` are `name:sha256-of-key:companyId+companyId`, with `*` for all companies, and
    `:read`, `:push` or `:resolve` behind, joined by `+`, for a key that may not do all of these;
    separated by blanks or commas. `most_wrong_keys` of an address are answered within a minute.
    `unknown_as` is how a push that ended Unknown is shown. `session_secret` signs the sessions of
    pages; without it they end with the process. `temporal_ui` is where people find the Temporal UI.
    `public_url` is where the front door is reached, so which Host and which scheme its callers use.
    `recognize_repeats` takes an equal request without a key, after a missed answer, as a repeat.
    `confirm_not_written` wants two keys to say so before a push is sent again.
    """

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, hide_input_in_errors=True)

    api_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(read_api_keys)] = ()
    unknown_as: Literal["Unknown", "TimedOut"] = "Unknown"
    session_secret: Annotated[SecretStr, Field(min_length=16)] | None = None
    temporal_ui: HttpUrl | None = None
    recognize_repeats: bool = True
    confirm_not_written: bool = False
    public_url: PublicUrl = None
    most_wrong_keys: Annotated[int, Field(ge=1)] = 20
    most_requests: Annotated[int, Field(ge=1)] = 200
    most_streams: Annotated[int, Field(ge=1)] = 200
    most_connections: Annotated[int, Field(ge=1)] = 800
