"""Switches of the whole deployment; they outlive a restart."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from emulator.errors import Refusal

_CHOICES: Mapping[str, tuple[object, ...]] = {
    "idempotency": ("honoured", "ignored"),
    "echo_data": (True, False),
    "rules": ("enforced", "off"),
    "limits": ("shown", "enforced"),
    "fields": ("today", "older"),
    "queued_status": (200, 201, 202),
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

    def changed(self, changes: Mapping[str, Any]) -> "Settings":
        """Give settings with some changed; an unknown name or value is refused."""
        for name, value in changes.items():
            if name not in _CHOICES:
                raise Refusal(400, f"No such setting: {name}. There are: {', '.join(_CHOICES)}")
            if value not in _CHOICES[name]:
                raise Refusal(400, f"{name} is one of: {', '.join(map(str, _CHOICES[name]))}")
        return replace(self, **changes)

    def document(self) -> dict[str, Any]:
        """Show all settings."""
        return asdict(self)


NAMES = tuple(one.name for one in fields(Settings))
"""The names of all settings."""
