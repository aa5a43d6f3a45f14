"""The updates of one record that are under way: one may be sent, the others wait in order."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import cast

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from activities.wire import Wire, Word


class TurnEntry(Wire):
    """An update that wants to be sent; it was requested at `since` (UTC).

    `token` is told with the answer. `latest`: it may replace older ones that were not sent. So it
    may where it has all of their `fields`, JSON pointers, if they are known.
    """

    workflow_id: Word
    token: str
    since: datetime
    latest: bool = False
    fields: list[str] | None = None

    def is_before(self, other: "TurnEntry") -> bool:
        """Whether it was requested earlier; ties are broken by the id."""
        return (self.since, self.workflow_id) < (other.since, other.workflow_id)

    def replaces(self, older: "TurnEntry") -> bool:
        """Whether an older update may be left out because of this other."""
        if not older.is_before(self):
            return False
        if self.latest:
            return True
        return None not in (self.fields, older.fields) and set(older.fields or ()) <= set(
            self.fields or ()
        )


class TurnAnswer(Wire):
    """What an update is told: it may be sent, or which newer one takes its place.

    `older_waits`: unless something was sent it gives the turn back, since an older one came.
    """

    token: str
    superseded_by: TurnEntry | None = None
    older_waits: bool = False


class TurnExit(Wire):
    """An update that is over; `wrote`: it may have written."""

    workflow_id: Word
    wrote: bool = True


class UpdateLine(BaseModel):
    """Pure bookkeeping; `answers` are still to be told, each to a workflow.

    `written` is the newest update that may have written; an older one may not follow it.
    `follows_parent`: the holder is over when its workflow is, which then cancels this other.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    holder: TurnEntry | None = None
    follows_parent: bool = False
    waiting: list[TurnEntry] = []
    written: TurnEntry | None = None
    answers: list[tuple[str, TurnAnswer]] = []

    @property
    def is_over(self) -> bool:
        """Whether nobody has or wants the turn."""
        return self.holder is None and not self.waiting and not self.answers

    def add(self, entry: TurnEntry) -> None:
        """Take in an update; one that comes again is told again."""
        if self.holder and self.holder.workflow_id == entry.workflow_id:
            self.holder, self.follows_parent = entry, False
            self._tell(entry)
        else:
            self._let_wait(entry)
            if self.holder and entry.replaces(self.holder):
                self._tell(self.holder, by=entry)
            if self.holder and entry.is_before(self.holder):
                self._tell(self.holder, older_waits=True)
        self._go_on()

    def give_back(self, entry: TurnEntry) -> None:
        """Let a holder that has sent nothing wait behind the older ones."""
        if self.holder and self.holder.workflow_id == entry.workflow_id:
            self.holder, self.follows_parent = None, False
        self.add(entry)

    def _let_wait(self, entry: TurnEntry) -> None:
        others = [other for other in self.waiting if other.workflow_id != entry.workflow_id]
        self.waiting = sorted([*others, entry], key=lambda other: (other.since, other.workflow_id))

    def remove(self, workflow_id: str, *, wrote: bool) -> None:
        """Take out an update that is over, and let the next one go."""
        self.waiting = [other for other in self.waiting if other.workflow_id != workflow_id]
        if self.holder and self.holder.workflow_id == workflow_id:
            is_newest = self.written is None or self.written.is_before(self.holder)
            if wrote and is_newest:
                self.written = self.holder
            self.holder, self.follows_parent = None, False
        self._go_on()

    def _go_on(self) -> None:
        self._replace_older()
        if self.holder is None and self.waiting:
            self.holder = self.waiting.pop(0)
            self._tell(self.holder)

    def _replace_older(self) -> None:
        """Tell those that wait that a newer one was written, or takes their place."""
        newer = [*self.waiting, *([self.written] if self.written else [])]
        for entry in list(self.waiting):
            by = [other for other in newer if other.replaces(entry)]
            if self.written and entry.is_before(self.written):
                by = [self.written]
            if by:
                self.waiting.remove(entry)
                self._tell(entry, by=by[-1])

    def _tell(
        self, entry: TurnEntry, by: TurnEntry | None = None, *, older_waits: bool = False
    ) -> None:
        answer = TurnAnswer(token=entry.token, superseded_by=by, older_waits=older_waits)
        self.answers.append((entry.workflow_id, answer))


def fields_of(record: object, most: int) -> list[str] | None:
    """Give the JSON pointers of all that a record sets; None where there are more than that."""
    found = list(islice(_leaves(record), most + 1))
    return found if len(found) <= most else None


def _leaves(value: object, place: str = "") -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, member in cast("dict[str, object]", value).items():
            step = name.replace("~", "~0").replace("/", "~1")
            yield from _leaves(member, f"{place}/{step}")
    elif isinstance(value, list) and value:
        for number, item in enumerate(cast("list[object]", value)):
            yield from _leaves(item, f"{place}/{number}")
    else:
        yield place
