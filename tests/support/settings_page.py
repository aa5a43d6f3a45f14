"""`python -m tests.support.settings_page`: writes the tables of docs/settings.md.

The settings classes give names, meanings, bounds and defaults. Written here is what they can't
give: which processes read a setting, and the form of values with a syntax of their own.
"""

import types
from collections.abc import Iterable
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import annotated_types as limits
from pydantic import HttpUrl, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from activities.notify import NotifySettings
from activities.settings import PushSettings
from codat.clock import ClockSettings
from codat.settings import CodatSettings
from dispatch.codec_access import CodecSettings
from dispatch.payloads.keyring import EncryptionSettings, KeyRing
from dispatch.process.telemetry import TelemetrySettings
from dispatch.process.worker_settings import WorkerSettings
from dispatch.settings import DispatchSettings
from gateway.public_url import Address
from gateway.settings import GatewaySettings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"

WORKER = "worker"
DOOR = "front door"
COMMANDS = "command line"
CODEC = "codec server"
SWEEP = "sweep"
CLIENTS = (WORKER, DOOR, COMMANDS, SWEEP)


class Row(NamedTuple):
    """One variable; `readers` are the processes that read it."""

    name: str
    meaning: str
    form: str
    default: str
    readers: tuple[str, ...]


READERS: dict[type[BaseSettings], tuple[str, ...]] = {
    CodatSettings: (WORKER, DOOR, COMMANDS),
    PushSettings: (WORKER,),
    WorkerSettings: (WORKER,),
    NotifySettings: (WORKER,),
    ClockSettings: (WORKER,),
    TelemetrySettings: (WORKER, DOOR),
    DispatchSettings: CLIENTS,
    EncryptionSettings: CLIENTS,
    GatewaySettings: (DOOR,),
    CodecSettings: (CODEC,),
}
"""Every settings class, and the processes that read it."""

READERS_OF = {
    "CODAT_COMPANY_SHARE": (WORKER,),
    "CODAT_IDEMPOTENCY": (WORKER,),
    "CODAT_WEBHOOK_AUTHORIZATION": (WORKER, DOOR),
    "CODAT_WEBHOOK_SECRET": (WORKER, DOOR),
    "PUSH_ENCRYPTION_KEYS": (*CLIENTS, CODEC),
    "PUSH_HEALTH_ADDRESS": (WORKER,),
    "PUSH_LARGE_BUCKET": (*CLIENTS, CODEC),
    "PUSH_LARGE_DIRECTORY": (*CLIENTS, CODEC),
    "PUSH_TASK_QUEUE": (WORKER, DOOR, COMMANDS),
    "PUSH_TASK_TIMEOUT": (WORKER, DOOR, COMMANDS),
}
"""Those of one variable, where they differ from those of its class."""

FORMS = {
    "PUSH_UNIQUE_FIELDS": "`dataType:/pointer` entries, separated by commas",
    "CODAT_API_KEY": "text, secret",
    "CODAT_WEBHOOK_SECRET": "`whsec_...`, secret",
    "CODEC_KEYS": "`name:sha256-of-key`, separated by blanks or commas",
    "CODEC_ORIGINS": "`https://host[:port]`, separated by blanks or commas",
    "CODEC_USERINFO_URL": "URL; https, except on this machine",
    "CODEC_USERS": "`sub` or verified e-mail, separated by blanks or commas",
    "GATEWAY_API_KEYS": "`name:sha256-of-key:companies[:roles]`, separated by blanks or commas",
    "GATEWAY_PUBLIC_URL": "`https://host[:port]` or `http://host[:port]`",
    "GATEWAY_SESSION_SECRET": "text of at least 16 characters, secret",
    "PUSH_BUILD_ID": "letters, digits, `.`, `_` and `-`",
    "PUSH_DEPLOYMENT_NAME": "letters, digits, `_` and `-`",
    "PUSH_ENCRYPTION_KEYS": "`name:base64-of-32-bytes`, separated by blanks or commas, secret",
    "PUSH_HEALTH_ADDRESS": "`host:port`",
    "PUSH_LARGE_BUCKET": "name of a bucket",
    "PUSH_LARGE_DIRECTORY": "path of a directory that exists",
    "PUSH_METRICS_ADDRESS": "`host:port`",
    "PUSH_NOTIFY_SECRET": "`whsec_...`, secret",
}
"""Of values that have a syntax of their own."""

DEFAULTS = {
    "PUSH_POLL_FIRST": "4 s; 120 s with a webhook secret",
    "PUSH_POLL_PLAN": "`learned`; `fixed` with a webhook secret",
    "PUSH_TASK_TIMEOUT": "10 s, the server's",
}

TRACES = [
    Row(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "Where traces go, over HTTP. Without it, or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, nothing "
        "is traced. It needs the extra `tracing`. There are more of "
        "[OpenTelemetry's own](https://opentelemetry.io/docs/languages/sdk-configuration/"
        "otlp-exporter/).",
        "URL",
        "none",
        (WORKER, DOOR),
    ),
    Row(
        "OTEL_EXPORTER_OTLP_HEADERS",
        "Headers for that endpoint, such as a key.",
        "`name=value`, separated by commas",
        "none",
        (WORKER, DOOR),
    ),
    Row(
        "OTEL_SERVICE_NAME",
        "Name of the process in traces.",
        "text",
        "`surepush-worker`, `surepush-gateway`",
        (WORKER, DOOR),
    ),
]

OUTGOING = Row(
    "HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE",
    "Proxy and certificate authorities for requests to Codat; read by httpx.",
    "as usual",
    "none",
    (WORKER, DOOR, COMMANDS),
)

PROXY = Row(
    "FORWARDED_ALLOW_IPS",
    "Addresses of the proxy whose `X-Forwarded-For` is believed; read by uvicorn. Without the "
    "right one all callers behind the proxy count as one address.",
    "addresses, separated by commas",
    "`127.0.0.1`",
    (DOOR,),
)

BUCKET = Row(
    "AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
    "How the bucket is reached; read by botocore, as are a profile and a role.",
    "as usual",
    "none",
    (*CLIENTS, CODEC),
)

EDITOR = Row(
    "VISUAL, EDITOR",
    "Editor that `retry --edit` opens; the first that is set.",
    "command",
    "`vi`",
    (COMMANDS,),
)


def tables() -> str:
    """Make all tables."""
    sections = (
        _section("Codat", CodatSettings, more=[OUTGOING]),
        _section("Worker", PushSettings, WorkerSettings, NotifySettings, ClockSettings),
        _section("Every client of Temporal", DispatchSettings, EncryptionSettings, more=[BUCKET]),
        _section("Front door", GatewaySettings, more=[PROXY]),
        _section("Codec server", CodecSettings, more=_shared_with_codec_server()),
        _section("Command line", more=[EDITOR]),
        _section("Metrics and logs", TelemetrySettings),
        _section("Traces", more=TRACES),
    )
    return "\n\n".join(sections)


def with_tables(page: str) -> str:
    """Give the page with its tables made anew."""
    before, begin, rest = page.partition("<!-- tables -->\n")
    _, end, after = rest.partition("<!-- end of tables -->\n")
    return f"{before}{begin}\n{tables()}\n\n{end}{after}"


def rows(kind: type[BaseSettings]) -> list[Row]:
    """Give a row for each setting of a class."""
    return [_row(kind, name, field) for name, field in kind.model_fields.items()]


def _shared_with_codec_server() -> list[Row]:
    shared = [*rows(DispatchSettings), *rows(EncryptionSettings)]
    return [row for row in shared if CODEC in row.readers]


def _row(kind: type[BaseSettings], name: str, field: FieldInfo) -> Row:
    variable = f"{kind.model_config.get('env_prefix', '')}{name}".upper()
    return Row(
        variable,
        " ".join((field.description or "").split()).replace("|", "\\|"),
        FORMS.get(variable) or _form(field.annotation, field.metadata),
        DEFAULTS.get(variable) or _default(field),
        READERS_OF.get(variable, READERS[kind]),
    )


def _section(title: str, *kinds: type[BaseSettings], more: Iterable[Row] = ()) -> str:
    described = [row for kind in kinds for row in rows(kind)]
    lines = [
        f"| `{'`, `'.join(row.name.split(', '))}` | {row.meaning} | {row.form} | {row.default} "
        f"| {', '.join(row.readers)} |"
        for row in (*described, *more)
    ]
    head = ["| variable | meaning | form | default | read by |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([f"## {title}", "", *head, *lines])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if value is None or value in ((), {}, frozenset(), KeyRing()):
        return "none"
    if isinstance(value, timedelta):
        return _seconds(value)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    return f"`{str(value).rstrip('/')}`"


def _form(kind: Any, metadata: Iterable[Any] = ()) -> str:
    """Say how a value is written and what bounds it, from its annotation."""
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return _form(inner, [*more, *metadata])
    if get_origin(kind) in (Union, types.UnionType):
        parts = [part for part in get_args(kind) if part is not type(None)]
        return " or ".join(_form(part, metadata) for part in parts)
    if get_origin(kind) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{choice.value}`" for choice in kind)
    return _WORDS[kind] + _bounds(metadata)


_WORDS = {
    bool: "`true` or `false`",
    int: "whole number",
    float: "number",
    str: "text",
    timedelta: "duration",
    HttpUrl: "URL",
    SecretStr: "text, secret",
    Address: "URL",
}


def _bounds(metadata: Iterable[Any]) -> str:
    found = [one for given in metadata for one in getattr(given, "metadata", [given])]
    least = next((one.ge for one in found if isinstance(one, limits.Ge)), None)
    above = next((one.gt for one in found if isinstance(one, limits.Gt)), None)
    most = next((one.le for one in found if isinstance(one, limits.Le)), None)
    said = [
        *([f"from {_seconds(least)}"] if least is not None else []),
        *([f"above {_seconds(above)}"] if above is not None else []),
        *([f"to {_seconds(most)}"] if most is not None else []),
    ]
    return f", {' '.join(said)}" if said else ""


def _seconds(value: Any) -> str:
    if value == timedelta(days=1):
        return "1 day"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
