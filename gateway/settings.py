"""How the front door behaves: the GATEWAY_* variables."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.auth import ApiKey, read_api_keys
from gateway.public_url import PublicUrl
from surepush_client.kinds import Ordering


class GatewaySettings(BaseSettings):
    """GATEWAY_* variables."""

    model_config = SettingsConfigDict(
        env_prefix="GATEWAY_",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    api_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(read_api_keys)] = ()
    """API keys of callers, by their SHA-256 (`printf %s KEY | sha256sum`), with their companies
    and roles. Companies are `companyId+companyId`, or `*` for all. Roles are `read`, `push` (start
    and retry) and `resolve` (settle an unclear push), joined by `+`; without roles a key may do
    all. Without keys only this machine is served."""

    unknown_as: Literal["Unknown", "TimedOut"] = "Unknown"
    """Status that the API shows for a push that ended `Unknown`. `TimedOut` suits generated
    clients that do not know `Unknown`."""

    ordering: Literal["requested", "latest"] = "requested"
    """What updates do about older ones of their record that were not sent, where a request has no
    `ordering`: `requested` waits for them, `latest` replaces them."""

    session_secret: Annotated[SecretStr, Field(min_length=16)] | None = None
    """Secret that signs sessions of the pages. Without it sessions end with the process, and
    only one process can read them."""

    temporal_ui: HttpUrl | None = None
    """Address of the Temporal UI, for links on the pages."""

    recognize_repeats: bool = True
    """Treats an equal request without an idempotency key as a repeat when the answer before it
    was missed. With `false` each request without a key is a push of its own."""

    confirm_not_written: bool = False
    """Requires a second API key to confirm, within an hour, that nothing was written, before a
    push is sent again on the pages."""

    public_url: PublicUrl = None
    """Address under which callers reach the front door. It decides the scheme, so the `Secure`
    and `__Host-` marks of cookies and HSTS. Another `Host` is answered 421."""

    most_wrong_keys: Annotated[int, Field(ge=1)] = 20
    """Wrong API keys per minute that an address (of IPv6 a /64) may send. Beyond that only keys
    that it has used before are accepted, and anything else is answered 429. After as many at the
    login page for one key name an address may try one key of that name per minute."""

    most_requests: Annotated[int, Field(ge=1)] = 200
    """Requests in parallel, divided evenly among the API keys."""

    most_streams: Annotated[int, Field(ge=1)] = 200
    """Live streams of pages in parallel, divided evenly among the API keys."""

    most_connections: Annotated[int, Field(ge=1)] = 800
    """Open connections. A new one replaces the one that has waited longest for a request."""

    @property
    def ordering_of_updates(self) -> Ordering | None:
        """What an update is given that says nothing itself."""
        return Ordering.LATEST if self.ordering == Ordering.LATEST else None
