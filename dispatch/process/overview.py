"""What a process would connect to, read off its settings; secrets are never shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Literal

from cryptography import x509
from pydantic_settings import BaseSettings
from temporalio.envconfig import ClientConnectConfig
from temporalio.service import TLSConfig

from codat.clock import utc_now
from codat.settings import CodatSettings
from dispatch.payloads.keyring import KeyRing

SOON = timedelta(days=30)
"""Before a client certificate expires."""

TEMPORALS = {
    "TEMPORAL_ADDRESS",
    "TEMPORAL_API_KEY",
    "TEMPORAL_CODEC_AUTH",
    "TEMPORAL_CODEC_ENDPOINT",
    "TEMPORAL_CONFIG_FILE",
    "TEMPORAL_NAMESPACE",
    "TEMPORAL_PROFILE",
    "TEMPORAL_TLS",
    "TEMPORAL_TLS_CLIENT_CERT_DATA",
    "TEMPORAL_TLS_CLIENT_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_KEY_DATA",
    "TEMPORAL_TLS_CLIENT_KEY_PATH",
    "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION",
    "TEMPORAL_TLS_SERVER_CA_CERT_DATA",
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    "TEMPORAL_TLS_SERVER_NAME",
}
"""The variables of Temporal's own environment configuration."""

Level = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class CheckResults:
    """One thing that was looked at."""

    level: Level
    what: str
    said: str


def describe(
    config: ClientConnectConfig, codat: CodatSettings, queue: str, ring: KeyRing
) -> list[str]:
    """Say what would be connected to; no secrets."""
    shown = {
        "Temporal": f"{config.get('target_host')}, namespace {config.get('namespace', 'default')}",
        "secured by": _security(config),
        "payloads": _encryption(ring),
        "task queue": queue,
        "Codat": f"{str(codat.base_url).rstrip('/')}, idempotency keys {codat.idempotency}",
        "webhooks": "verified" if codat.has_webhooks else "not set up: pushes are polled for",
    }
    return [f"{name:12} {text}" for name, text in shown.items()]


def _security(config: ClientConnectConfig) -> str:
    tls, key = config.get("tls"), config.get("api_key")
    parts = ["TLS" if tls or (key and tls is None) else "nothing (no TLS)"]
    if isinstance(tls, TLSConfig) and tls.client_cert:
        parts.append("client certificate")
    if isinstance(tls, TLSConfig) and tls.domain:
        parts.append(f"server name {tls.domain}")
    return ", ".join([*parts, "API key"] if key else parts)


def _encryption(ring: KeyRing) -> str:
    written = f"encrypted with the key {ring.active}" if ring.active else "in the clear"
    others = ", ".join(name for name in ring.keys if name != ring.active)
    return f"{written}; {others} can be read" if others else written


def check_names(
    environment: Mapping[str, str], settings: Iterable[type[BaseSettings]]
) -> list[CheckResults]:
    """Warn of variables with a prefix of these settings that resemble one of theirs, unread."""
    kinds = {kind: kind.model_config.get("env_prefix", "") for kind in settings}
    known = TEMPORALS | {
        f"{prefix}{name}".upper() for kind, prefix in kinds.items() for name in kind.model_fields
    }
    ours = ("TEMPORAL_", *filter(None, kinds.values()))
    strange = [name for name in environment if name.startswith(ours) and name not in known]
    alike = {name: get_close_matches(name, known, 1, 0.9) for name in sorted(strange)}
    return [
        CheckResults("warning", "settings", f"{name} is not read: did you mean {meant[0]}?")
        for name, meant in alike.items()
        if meant
    ]


def check_certificate(config: ClientConnectConfig) -> list[CheckResults]:
    """Look how long the client certificate is good for."""
    tls = config.get("tls")
    if not isinstance(tls, TLSConfig) or not tls.client_cert:
        return []
    try:
        until = x509.load_pem_x509_certificate(tls.client_cert).not_valid_after_utc
    except ValueError:
        return [
            CheckResults("wrong", "certificate", "The client certificate is no certificate in PEM.")
        ]
    left = until - utc_now()
    level: Level = "wrong" if left < timedelta() else "warning" if left < SOON else "ok"
    expires = "expired" if left < timedelta() else "expires"
    return [
        CheckResults(level, "certificate", f"The client certificate {expires} on {until:%Y-%m-%d}.")
    ]
