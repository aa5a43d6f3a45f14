"""Where a chaos run pushes to: connections, and the manners of their platforms."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from emulator.rewrites import WAYS

_SPACE = UUID("6a1d9a52-5d7c-5c0e-8f43-0d6a7a3f9c11")


@dataclass(frozen=True)
class Place:
    """A connection and the manners of its platform."""

    name: str
    platform: str
    weight: int
    behaviour: dict[str, Any]
    needs_deadline: bool = False
    rewrites: tuple[str, ...] = ()
    """What it changes in a record, in a run with platforms that rewrite."""


_TAX = ("tax", "number", "due-date")
_SHORT = ("letters", "cut", "tax")
_SMALL = ("number", "rounding", "cut")

SLOW = "slow answers"
"""Where a request takes some seconds, so that an operator can catch it under way."""

PLACES = (
    Place("prompt 1", "cloudbooks", 10, {"delay": 0.1}, rewrites=_TAX),
    Place("prompt 2", "midmarket", 10, {"delay": 0.3}, rewrites=_SHORT),
    Place("steady 1", "cloudbooks", 12, {"delay": 1, "spread": 3}, rewrites=("sign", "order")),
    Place("steady 2", "cloudbooks", 12, {"delay": 1, "spread": 3}, rewrites=_SMALL),
    Place("slow", "midmarket", 8, {"delay": 6}, rewrites=tuple(WAYS)),
    Place("synchronous", "instabooks", 10, {"synchronous": True}, rewrites=_TAX),
    Place(SLOW, "cloudbooks", 24, {"delay": 0.5}, rewrites=_TAX),
    Place("refusing", "strictbooks", 6, {"delay": 0.3, "refusing": "The period is closed."}),
    Place("offline", "cloudbooks", 4, {"offline": True}, needs_deadline=True, rewrites=_TAX),
    Place(
        "stubborn",
        "cloudbooks",
        4,
        {"delay": 70, "stubborn": True},
        needs_deadline=True,
        rewrites=_SMALL,
    ),
)


def company(side: str) -> str:
    """Give the id of a side's company."""
    return str(uuid5(_SPACE, side))


def connection(side: str, place: Place) -> str:
    """Give the id of a side's connection."""
    return str(uuid5(_SPACE, f"{side}/{place.name}"))
