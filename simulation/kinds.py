"""Pushes that delete, attach and detach: how they are drawn, and what they need in the books."""

from dataclasses import replace
from typing import TYPE_CHECKING

from codat.kinds import ATTACHED_TYPES, DELETED_TYPES, DETACHED_TYPES, PushKind
from emulator.examples import record
from simulation.choices import Choices
from simulation.files import stored_file
from simulation.plan import Item, RunPlan

if TYPE_CHECKING:
    from simulation.platform import PlatformSide

KINDS = (PushKind.DELETE, PushKind.DELETE, PushKind.ATTACH, PushKind.ATTACH, PushKind.DETACH)

_TYPES = {
    PushKind.DELETE: sorted(DELETED_TYPES),
    PushKind.ATTACH: sorted(ATTACHED_TYPES),
    PushKind.DETACH: sorted(DETACHED_TYPES),
}


def of_a_later_kind(choices: Choices, item: Item, earlier: list[Item]) -> Item:
    """Let a push delete, attach or detach, often what another does at about the same time."""
    name = f"push {item.number}"
    kind = choices.pick(f"kind of {name}", KINDS)
    rivals = [other for other in earlier if other.kind is kind and not other.plan]
    if rivals and choices.happens(f"rival {name}", 0.35):
        return _rival(choices, item, choices.pick(f"rival of {name}", rivals))
    data_type = choices.pick(f"type of {kind} {name}", _TYPES[kind])
    own = replace(
        item, kind=kind, data_type=data_type, data={}, record_id=f"{data_type}-{item.number}"
    )
    match kind:
        case PushKind.ATTACH:
            return replace(own, file=stored_file(f"{item.marker}.pdf", item.marker.encode()))
        case PushKind.DETACH:
            return replace(own, attachment_id=f"file-{item.number}")
        case _:
            return own


def _rival(choices: Choices, item: Item, rival: Item) -> Item:
    """Do the same as another push; of two attachments one file may differ from the other."""
    name = f"push {item.number}"
    file = rival.file
    if file and choices.happens(f"another file {name}", 0.6):
        file = stored_file(f"{item.marker}.pdf", item.marker.encode() * 2)
    return replace(
        item,
        kind=rival.kind,
        at=rival.at + choices.number(f"after its rival {name}", 0.0, 3.0),
        connection=rival.connection,
        company=rival.company,
        data_type=rival.data_type,
        data={},
        minutes=rival.minutes,
        record_id=rival.record_id,
        attachment_id=rival.attachment_id,
        file=file,
    )


def enter_records(platform: "PlatformSide", plan: RunPlan) -> None:
    """Put what pushes want to delete, attach to or detach into the books."""
    entered: set[tuple[str, str | None]] = set()
    for item in plan.items:
        if item.kind is None or (item.connection, item.record_id) in entered:
            continue
        entered.add((item.connection, item.record_id))
        books = platform.emulator.connection(item.connection)
        books.add_record(item.data_type, record(item.data_type), record_id=item.record_id)
