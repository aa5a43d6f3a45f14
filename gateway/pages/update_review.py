"""What an update would change, shown on its form before it starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from codat.errors import CodatError
from codat.exact_json import dumps
from codat.models import PushTarget
from codat.record_difference import FieldChange, RecordDifference, read_difference
from codat.turns import in_turn
from gateway.dependencies import Dependencies

SEEN = "_seen"
"""The field of a form that names the update whose changes its page showed."""

FORCE = "_force"
"""The field of a form that asks for `forceUpdate`."""

NOTHING_CHANGES = "The update changes nothing of the record as Codat has it: nothing was started."

NOT_READ = "Records can't be read here, so it is not known what the update changes."


@dataclass(frozen=True)
class Review:
    """An update that was typed, with what it changes; `trouble` says why that is not known."""

    digest: str
    found: RecordDifference | None = None
    trouble: str = ""

    @property
    def changes(self) -> list[FieldChange]:
        """What gets another value."""
        return self.found.changes if self.found else []

    @property
    def sentences(self) -> list[str]:
        """What a person has to know of it."""
        return self.found.sentences if self.found else [self.trouble]

    @property
    def may_start(self) -> bool:
        """Whether there is something to do."""
        return self.found is None or not self.found.changes_nothing


def is_forced(typed: Mapping[str, str]) -> bool:
    """Whether the form asks for `forceUpdate`."""
    return typed.get(FORCE) == "true"


async def reviewed(
    dependencies: Dependencies,
    target: PushTarget,
    record_id: str,
    record: dict[str, Any],
    typed: Mapping[str, str],
) -> Review | None:
    """Compare an update with its record; None where the page that sent it has shown just that."""
    digest = await in_turn(_digest, record, is_forced(typed))
    if typed.get(SEEN) == digest:
        return None
    if dependencies.reads is None:
        return Review(digest, trouble=NOT_READ)
    try:
        found = await read_difference(dependencies.reads, target, record_id, record)
    except CodatError as error:
        return Review(digest, trouble=str(error))
    return Review(digest, found)


def _digest(record: dict[str, Any], force: bool) -> str:  # noqa: FBT001, what was typed
    return sha256(dumps([record, force]).encode()).hexdigest()
