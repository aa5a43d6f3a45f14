"""Option documents, kept some minutes per connection and data type."""

import asyncio
import hashlib
from collections import Counter, OrderedDict
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from codat import clock
from codat.canonical_json import canonical
from codat.client import CodatClient
from codat.errors import CodatError, CodatRefused, CodatUnauthorized, NotSent
from codat.models import PushOption, PushTarget
from codat.validation.schema import UnreadableOptions, kind_of, offered_kinds, read_options
from codat.validation.validator import Checker, compile_schema

FRESH = timedelta(minutes=5)
"""How long a document is used without asking: options may describe the company's state."""

USABLE = timedelta(hours=1)
"""How long the last document serves while the platform is down."""

SOON = timedelta(seconds=1)
"""How long a decision about a push may wait for its options; a step that is seen waits longer."""

MAX_WAITING = 10
"""How many steps wait for one document; others give their places back, for other companies."""

COME_AGAIN = timedelta(seconds=2)

MAX_DOCUMENTS = 200
MAX_OF_A_COMPANY = 50
MAX_CHARACTERS = 50_000_000
"""Of JSON, over all documents: some have tens of thousands of choices."""


@dataclass(frozen=True)
class CachedOptions:
    """A document as it was fetched, ready to judge records.

    `asked` is the moment of the request (monotonic). `outdated`: records were made since that it
    should offer. `stale`: it could not be had anew, so it may be out of date.
    """

    document: PushOption
    checker: Checker
    sha256: str
    size: int
    fields: int
    required: int
    offers: frozenset[str]
    asked: float
    outdated: bool = False
    stale: bool = False

    @property
    def age(self) -> timedelta:
        """How long ago it was asked for."""
        return timedelta(seconds=clock.monotonic() - self.asked)

    def serves(self, since: float | None) -> bool:
        """Whether it may be used without asking; `since`: it has to be asked for later."""
        is_new = since is None or self.asked >= since
        return is_new and not self.outdated and self.age < FRESH


class OptionsCache:
    """The documents that one worker has fetched; many askers at once cost one request."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat
        self._shelf: OrderedDict[PushTarget, CachedOptions] = OrderedDict()
        self._asking: dict[PushTarget, asyncio.Task[CachedOptions]] = {}
        self._begun: dict[PushTarget, float] = {}
        self._waiting: Counter[PushTarget] = Counter()

    async def get(self, target: PushTarget, *, since: float | None = None) -> CachedOptions:
        """Give the document of a target, fetched if it is not fresh; CodatError: there is none.

        `since` (monotonic): one that was asked for later, or a stale one if none can be had.
        """
        if self._waiting[target] >= MAX_WAITING:
            raise NotSent("The platform takes long to tell its options.", retry_after=COME_AGAIN)
        self._waiting[target] += 1
        try:
            return await self._get(target, since)
        finally:
            self._waiting[target] -= 1
            self._waiting += Counter()  # drops those that nobody waits for

    async def _get(self, target: PushTarget, since: float | None) -> CachedOptions:
        known = self._shelf.get(target)
        if known and known.serves(since):
            self._shelf.move_to_end(target)
            return known
        try:
            return await self._asked_since(target, since)
        except (CodatRefused, CodatUnauthorized):
            raise
        except CodatError:
            if known and known.age < USABLE:
                return replace(known, stale=True)
            raise

    async def _asked_since(self, target: PushTarget, since: float | None) -> CachedOptions:
        cached = await asyncio.shield(self._ask(target))
        if since is None or cached.asked >= since:
            return cached
        return await asyncio.shield(self._ask(target))  # the first was under way already

    def outdate(self, target: PushTarget) -> None:
        """Note that a record of the target's type was made: what offers such is asked for anew."""
        kind = kind_of(target.operation_data_type)
        for where, cached in self._shelf.items():
            is_here = where.company_id == target.company_id
            is_here &= where.connection_id == target.connection_id
            if is_here and kind in cached.offers:
                self._shelf[where] = replace(cached, outdated=True)

    async def soon(self, target: PushTarget, *, since: float | None = None) -> CachedOptions | None:
        """Give the document if it is fresh or can be had at once; None: it takes waiting.

        A second for all who ask meanwhile, so that a platform that hangs holds up nobody else.
        """
        now = clock.monotonic()
        waited = now - self._begun.get(target, now)
        with suppress(CodatError, TimeoutError):
            async with asyncio.timeout(SOON.total_seconds() - waited):
                cached = await self._get(target, since)
            return None if cached.stale else cached
        return None

    def _ask(self, target: PushTarget) -> asyncio.Task[CachedOptions]:
        task = self._asking.get(target)
        if task is None:
            task = asyncio.create_task(self._fetch(target))
            self._asking[target], self._begun[target] = task, clock.monotonic()
            task.add_done_callback(lambda _: self._ended(target))
        return task

    def _ended(self, target: PushTarget) -> None:
        del self._asking[target], self._begun[target]

    async def _fetch(self, target: PushTarget) -> CachedOptions:
        asked = clock.monotonic()
        raw = await self._codat.options_document(target)
        try:
            cached = await asyncio.to_thread(_compile, raw, asked)
        except UnreadableOptions as error:
            raise CodatRefused(f"{error} Push with validation off to do without.") from error
        self._shelf[target] = cached
        self._shelf.move_to_end(target)
        self._make_room()
        return cached

    def _make_room(self) -> None:
        """Drop what was not used for longest; the newest document stays, however large.

        Of a company that has many its own are dropped, so that others keep theirs.
        """
        company = next(reversed(self._shelf)).company_id
        own = [target for target in self._shelf if target.company_id == company]
        for target in own[:-MAX_OF_A_COMPANY]:
            del self._shelf[target]
        while len(self._shelf) > 1 and (
            len(self._shelf) > MAX_DOCUMENTS or self._size > MAX_CHARACTERS
        ):
            self._shelf.popitem(last=False)

    @property
    def _size(self) -> int:
        return sum(cached.size for cached in self._shelf.values())


def _compile(raw: dict[str, object], asked: float) -> CachedOptions:
    document = read_options(raw)
    text = canonical(raw)
    fields = list((document.properties or {}).values())
    return CachedOptions(
        document=document,
        checker=compile_schema(document),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        size=len(text),
        fields=len(fields),
        required=sum(field.required for field in fields),
        offers=offered_kinds(document),
        asked=asked,
    )
