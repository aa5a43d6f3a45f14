"""Deletes and files in a chaos run: which there are, and what has to lie in the books before."""

import asyncio
import io
import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any
from urllib.parse import quote

from bench.chaos.books import EmulatorClient, JournalEntry
from bench.chaos.items import Item
from bench.chaos.places import PLACES, Place, company, connection
from bench.chaos.sides import Ours
from bench.chaos.wanted import Wanted
from codat.kinds import PushKind
from emulator.examples import record
from surepush_client.files import store_file

SHARE = 0.25
"""So many pushes of the later kinds come to those of records; none beside plain pushes."""

KINDS = (PushKind.DELETE, PushKind.ATTACH, PushKind.DETACH)

_WITHIN = 30
"""Seconds in which a file that was there before has to be in the books."""

_TYPES = {
    PushKind.DELETE: ("bills", "invoices", "journalEntries"),
    PushKind.ATTACH: ("bills", "invoices"),
    PushKind.DETACH: ("bills",),
}
_TARGET = re.compile(r"/push/[^/]+/(later-\d+)")


def later_items(wanted: Wanted) -> Iterator[Item]:
    """Draw them; each is of a record of its own, numbered on from the other pushes."""
    if wanted.plain or not wanted.later_kinds:
        return
    dice = Random(f"{wanted.seed} kinds")
    places = [place for place in PLACES if not place.needs_deadline]
    # Where everything is refused no file can lie before.
    taking: list[Place] = [place for place in places if "refusing" not in place.behaviour]
    count = max(len(KINDS), round(wanted.pushes * SHARE))
    for number in range(wanted.pushes, wanted.pushes + count):
        kind = KINDS[number % len(KINDS)]
        yield Item(
            number=number,
            at=dice.uniform(0, wanted.storm),
            place=dice.choice(taking if kind is PushKind.DETACH else places),
            data_type=dice.choice(_TYPES[kind]),
            data={},
            record_id=f"later-{number}",
            kind=kind,
        )


async def stock(books: EmulatorClient, ours: Ours, items: Sequence[Item]) -> None:
    """Put their records into the books, and their files where the workers find them."""
    for item in items:
        if item.kind is None or item.record_id is None:
            continue
        there = connection(ours.name, item.place)
        await books.add_record(there, item.data_type, item.record_id, record(item.data_type))
        match item.kind:
            case PushKind.ATTACH:
                content, name = io.BytesIO(content_of(item)), name_of(item)
                workflow_id = ours.workflow_id(item)
                ours.files[item.number] = await store_file(ours.client, workflow_id, content, name)
            case PushKind.DETACH:
                ours.attachments[item.number] = await _attached(books, ours, item)
            case _:
                pass


def name_of(item: Item) -> str:
    """Give the name of the file that a push attaches."""
    return f"{item.marker}.pdf"


def content_of(item: Item) -> bytes:
    """Give the file that a push attaches: the first ones are of several pieces."""
    return item.marker.encode() * (200_000 if item.number % 4 == 0 else 500)


def target_of(post: JournalEntry) -> str | None:
    """Give the record that a request of a later kind is about; None for another request."""
    found = _TARGET.search(post.get("path", ""))
    return found[1] if found else None


def is_later(written: JournalEntry) -> bool:
    """Whether what stands in the ledger is of such a record."""
    return str(written.get("recordId")).startswith("later-")


async def _attached(books: EmulatorClient, ours: Ours, item: Item) -> str:
    """Attach a file past Surepush; gives its id when the books have it."""
    there = f"/companies/{company(ours.name)}/connections/{connection(ours.name, item.place)}"
    tail = f"{item.data_type}/{quote(item.record_id or '', safe='')}/attachments"
    paper = {"file": ("before.txt", content_of(item), "text/plain")}
    await books.ask_codat("POST", f"{there}/push/{tail}", files=paper)
    for _ in range(_WITHIN * 10):
        answer: dict[str, Any] = await books.ask_codat("GET", f"{there}/data/{tail}")
        if answer["attachments"]:
            return str(answer["attachments"][0]["id"])
        await asyncio.sleep(0.1)
    raise TimeoutError(f"{item.record_id} has no file after {_WITHIN} s")
