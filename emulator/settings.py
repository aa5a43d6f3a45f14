"""Switches of the whole deployment; they outlive a restart."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from emulator import seeds
from emulator.errors import EmulatedError

_CHOICES: Mapping[str, tuple[object, ...]] = {
    "idempotency": ("honoured", "ignored"),
    "echo_data": (True, False),
    "rules": ("enforced", "off"),
    "limits": ("shown", "enforced"),
    "fields": ("today", "older"),
    "queued_status": (200, 201, 202),
    "in_progress_status": (400, 409, 500),
    "rule_keys": ("pascal", "camel"),
    "webhook_secret": (),
    "rule_header": (),
}


@dataclass(frozen=True)
class Settings:
    """How this deployment of the API behaves."""

    idempotency: str = "honoured"
    """`ignored`: the Idempotency-Key header does nothing, as in older deployments."""
    echo_data: bool = False
    """Whether operations carry `data`, the record as written (removed in 2024)."""
    rules: str = "enforced"
    """`off`: the platforms take any record."""
    limits: str = "shown"
    """`enforced`: the day's quota and ten concurrent requests a company end in 429."""
    fields: str = "today"
    """`older`: operations say dataConnectionId instead of dataConnectionKey."""
    queued_status: int = 200
    """The HTTP status of an accepted push."""
    in_progress_status: int = 409
    """The HTTP status when a refresh of the data type is running already; no document says it."""

    rule_keys: str = "pascal"
    """How the older rules write their keys: PascalCase or `camel`Case."""
    webhook_secret: str = seeds.WEBHOOK_SECRET
    """The signing secret of the consumers created from now on."""
    rule_header: str = seeds.RULE_HEADER
    """The static Authorization header of the rules created from now on."""

    def changed(self, changes: Mapping[str, Any]) -> "Settings":
        """Give settings with some changed; an unknown name or value is refused."""
        for name, value in changes.items():
            if name not in _CHOICES:
                raise EmulatedError(
                    400, f"No such setting: {name}. There are: {', '.join(_CHOICES)}"
                )
            if _CHOICES[name] and value not in _CHOICES[name]:
                raise EmulatedError(400, f"{name} is one of: {', '.join(map(str, _CHOICES[name]))}")
        return replace(self, **changes)

    def document(self) -> dict[str, Any]:
        """Show all settings."""
        return asdict(self)
