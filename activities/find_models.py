"""What goes into a look for a lost push, and what comes out."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from activities.models import OperationSnapshot
from activities.wire import Sentence, Wire
from codat.kinds import PushKind
from codat.models import PushTarget
from surepush_client.attached_file import AttachedFile
from surepush_client.models import Candidate


class Purpose(StrEnum):
    """Why the list of operations is read."""

    LOOK = "look"  # what became of a request?
    DECIDE = "decide"  # the last look: it may adopt, and finding nothing counts
    PROVE = "prove"  # ours is known, and its end proves nothing: does its record stand?
    SETTLE = "settle"  # a person says that nothing was written
    ADOPT = "adopt"  # a person says which operation it is


class TwinTimes(Wire):
    """When pushes of the very same record may share the operations that show it.

    `settled_after` is how long after an attempt its operation is listed, `taken_within` until how
    long after it a search counts operations, `listed_within` how long Temporal's list lags behind,
    `key_age` how long a key may be sent again for its answer; None where keys are ignored.
    """

    settled_after: timedelta
    taken_within: timedelta
    listed_within: timedelta
    key_age: timedelta | None = None


class FindSubmission(Wire):
    """Look for what became of the requests of a push.

    `since` (UTC) is the first schedule of the request that is looked for, `until` (UTC) the last
    moment at which Codat can have taken it, if that is known; `own` are operations that are known
    to be ours already, `excluded` those that a person ruled out. `changed`: it carried another
    record than `data`, so that no echo tells whether an operation is ours. `reads_records`: records
    may be read, so that an operation's own end counts. `refresh_began` (Codat's clock, UTC): a
    refresh that began then is over. `unique_field` is a JSON pointer to what the caller declares
    unique in the books. `twins`: when equal pushes may share what they wrote.
    """

    push_id: UUID
    target: PushTarget
    kind: PushKind | None = None
    data: dict[str, Any]
    record_id: str | None = None
    digest: str
    since: datetime
    until: datetime | None = None
    own: list[UUID] = []
    excluded: list[UUID] = []
    changed: bool = False
    purpose: Purpose
    adopt: UUID | None = None
    reads_records: bool = False
    refresh_began: datetime | None = None
    unique_field: str | None = None
    file: AttachedFile | None = None
    attachment_id: str | None = None
    twins: TwinTimes | None = None


class SearchResult(Wire):
    """What a complete look at the list has shown; `more` candidates did not fit.

    `adopted` was matched and claimed for this push; `hindrance` says why a match was not.
    `awaited`: another push of the same place runs whose operation the candidates may be.
    `twins_awaited`: so does a push of the very same record, and a later look may tell more.
    `shows_own`: an operation that is known to be ours is listed, and with the data that was sent.
    `stands`: so does the record that `adopted` wrote, whatever its own end says.
    `unread` (UTC): a refresh that begins then or later shows records that candidates name.
    """

    candidates: list[Candidate]
    more: int = 0
    adopted: OperationSnapshot | None = None
    hindrance: Sentence | None = None
    later_update: bool = False
    awaited: bool = False
    twins_awaited: bool = False
    shows_own: bool = False
    stands: bool = False
    unread: datetime | None = None
