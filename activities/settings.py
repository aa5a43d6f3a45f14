"""How pushes behave: the PUSH_* variables of a worker."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from activities.models import Idempotency, PollPlan, PushPolicy, ReadRecords, Resend
from activities.unique_fields import read_unique_fields
from codat.settings import CodatSettings, Duration

Pause = Annotated[Duration, Field(gt=timedelta(0), le=timedelta(days=1))]

_UNSET_BY_DEFAULT = {"poll_first", "poll_plan", "look_again_after", "look_first", "read_back"}

FIRST_LOOK = timedelta(seconds=4)
"""With 10, 25 and 62 s to follow: four looks see all that a minute brings."""

FIRST_LOOK_BESIDE_WEBHOOKS = timedelta(minutes=2)
"""Where Codat reports by itself, looking is for what it forgot to report."""


class PushSettings(BaseSettings):
    """The PUSH_* variables for polling, searching and sending again.

    Each run of a push keeps the values of the worker that did its first step.
    """

    model_config = SettingsConfigDict(
        env_prefix="PUSH_", frozen=True, use_attribute_docstrings=True
    )

    poll_first: Pause | None = None
    """Age of a push at its first poll."""

    poll_factor: Annotated[float, Field(ge=1, le=10)] = 2.5
    """Factor between the ages of a push at two polls; `1` polls at even intervals."""

    poll_cap: Pause = timedelta(minutes=15)
    """Longest pause between two polls."""

    poll_plan: PollPlan | None = None
    """Says when a push is polled. `learned`: when the accounting software is usually done, once a
    worker has seen eight pushes of its connection and data type; until then, and after that, as
    `fixed`: by `PUSH_POLL_FIRST` and the two settings below it."""

    find_for: Pause = timedelta(seconds=180)
    """How long a push waits after a lost answer until the search of Codat's list decides. By then
    Codat has listed or refused every request. A shorter wait risks a duplicate."""

    list_lag: Annotated[Duration, Field(ge=timedelta(0), le=timedelta(hours=1))] = timedelta(
        seconds=10
    )
    """How far Temporal's list of workflows may lag behind. A retry reads the list only once its run
    is that old, so that no earlier run is missing. A shorter wait risks a duplicate."""

    resend: Resend = Resend.AUTO
    """Says whether a push may send a new submission after a search that finds nothing; see *Two
    settings that decide whether a push is exactly once* above."""

    read_records: ReadRecords = ReadRecords.NEVER
    """Says whether a push whose answer was lost is looked for among the accounting software's
    records, too, where the list of operations alone decides nothing. Codat then refreshes the data
    type; each request counts against the daily quota."""

    unique_fields: Annotated[dict[str, str], NoDecode, BeforeValidator(read_unique_fields)] = {}
    """Fields that are unique in the books, such as `invoices:/invoiceNumber,bills:/reference`.
    A new record with an equal field is the one that was sent. A push may name its own field."""

    look_first: bool = False
    """Looks for a record with an equal unique field in the books before a record is created, and
    sends nothing where it stands already. That costs a refresh and a query for each create that has
    a unique field. A push may say `lookFirst` itself."""

    read_back: bool = False
    """Reads a record after its push has succeeded, as it stands in the accounting software. That
    costs a refresh and a read for each create and update. A push may say `readBack` itself."""

    look_again_after: Annotated[Duration, Field(ge=timedelta(0), le=timedelta(days=1))] = timedelta(
        minutes=10
    )
    """How long after the end of a push that sent a request and ended `Unknown` or `TimedOut` it is
    looked at again. Further looks follow for a day, each after twice the time. No look sends
    anything. `PT0S` switches them off."""

    def policy(self, codat: CodatSettings) -> PushPolicy:
        """Give what a push is handed with its first step."""
        hooks = codat.has_webhooks
        return PushPolicy(
            **self.model_dump(exclude=_UNSET_BY_DEFAULT),
            look_first=self.look_first or None,
            read_back=self.read_back or None,
            poll_first=self.poll_first or (FIRST_LOOK_BESIDE_WEBHOOKS if hooks else FIRST_LOOK),
            poll_plan=self.poll_plan or (PollPlan.FIXED if hooks else PollPlan.LEARNED),
            look_again_after=self.look_again_after or None,
            idempotency=Idempotency(codat.idempotency),
        )
