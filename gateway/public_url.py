"""The address under which people and programs reach the front door: GATEWAY_PUBLIC_URL."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator

PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Address:
    """Scheme, host and port; two spellings of one address are equal."""

    scheme: Literal["http", "https"]
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host in LOOPBACK

    def is_host(self, header: str) -> bool:
        """Whether a Host header names this address."""
        return address_of(f"{self.scheme}://{header}") == self


def address_of(url: str) -> Address | None:
    """Read scheme, host and port of an address; None for what is no plain http address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    is_bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in PORTS or not parts.hostname or not is_bare:
        return None
    scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
    return Address(scheme, parts.hostname.rstrip("."), port or PORTS[scheme])


def _read(written: object) -> object:
    if not isinstance(written, str):
        return written
    if not written.strip():
        return None
    address = address_of(written.strip())
    if address is None:
        raise ValueError("give scheme and host only, such as https://pushes.example.com")
    return address


PublicUrl = Annotated[Address | None, BeforeValidator(_read)]
