"""What can go wrong at Codat.

* CodatError
  - CodatUnreachable   no connection: nothing was sent
  - CodatLost          sent, and no usable answer came: the request may have been carried out
    - CodatTooLarge    its answer was too large to read
  - CodatThrottled     429: nothing was done, asking after `retry_after` may work
  - CodatConflict      409: not ready, or the same idempotency key is still in flight
    - CodatNeverSynced        409 to a read: no refresh of this data type has ever ended well
    - CodatRefreshInProgress  a refresh of this data type is running already
  - CodatUnauthorized  401, 402, 403: nothing was done until key, plan or rights are put right
    - CodatReadRefused   402, 403 to a read: plan or rights don't include reading
  - CodatRefused       400, 413, any other 4xx, a request that can't be written: final
    - CodatNotFound    404: there is no such thing, or not of this data type
  - CodatUnclear       408, 421, 425, or a 4xx that is not Codat's own: it may have been carried out
  - CodatKeyReused     422: the idempotency key belongs to another request
  - CodatFailing       5xx: a write may have been carried out
  - NotSent            held back here, by limits of our own: nothing was sent
    - SavedForPushes   what is left of the day's requests is for what can't wait
"""

from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

E = TypeVar("E", bound="CodatError")


class CodatError(Exception):
    """Anything that went wrong at Codat; its text is one sentence for a person.

    `kind` is the type of the failure in Temporal's histories and of a metric: it never changes.
    """

    kind = "CodatError"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
        correlation_id: str | None = None,
        date: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.correlation_id = correlation_id
        self.date = date

    def narrowed(self, kind: type[E]) -> E:
        """Give the same failure as a more exact kind of error."""
        return kind(
            str(self),
            status=self.status,
            retry_after=self.retry_after,
            correlation_id=self.correlation_id,
            date=self.date,
        )


class CodatUnreachable(CodatError):
    """There was no connection, so nothing was sent."""

    kind = "CodatUnreachable"


class CodatLost(CodatError):
    """The request was sent and no usable answer came; it may have been carried out."""

    kind = "CodatLost"


class CodatTooLarge(CodatLost):
    """The answer was too large to be read, or to be read in time."""

    kind = "CodatTooLarge"


class CodatThrottled(CodatError):
    """Codat or the platform asks for patience (429); nothing was done."""

    kind = "CodatThrottled"


class CodatConflict(CodatError):
    """Not ready, or a request with the same idempotency key is in flight (409)."""

    kind = "CodatConflict"


class CodatNeverSynced(CodatConflict):
    """Codat's cache has nothing of this data type, because no refresh has ended well (409)."""

    kind = "CodatNeverSynced"


class CodatRefreshInProgress(CodatConflict):
    """A refresh of this data type is running already: wait for that one.

    `pull_operation_id` is its id, if the answer names it. Codat calls the error
    DatasetAlreadyInProgressException; no document says its HTTP status.
    Source: docs.codat.io/using-the-api/queueing-data-syncs.
    """

    kind = "CodatRefreshInProgress"
    pull_operation_id: UUID | None = None


class CodatUnauthorized(CodatError):
    """Key, plan or rights don't allow it (401, 402, 403); nothing was done."""

    kind = "CodatUnauthorized"


class CodatReadRefused(CodatUnauthorized):
    """Plan or rights don't include reading records (402, 403)."""

    kind = "CodatReadRefused"


class CodatRefused(CodatError):
    """The request is wrong (any other 4xx, or never sendable); asking again changes nothing."""

    kind = "CodatRefused"


class CodatNotFound(CodatRefused):
    """There is no such thing, or the platform has none of this data type (404)."""

    kind = "CodatNotFound"


class CodatKeyReused(CodatError):
    """The idempotency key was used for another request (422)."""

    kind = "CodatKeyReused"


class CodatUnclear(CodatError):
    """A 4xx that proves nothing, such as a proxy's page; a write may have been carried out."""

    kind = "CodatUnclear"


class CodatFailing(CodatError):
    """Codat is in trouble (5xx); a write may have been carried out all the same."""

    kind = "CodatFailing"


class NotSent(CodatError):
    """Held back by limits of our own, so nothing was sent; `retry_after` says when to come back."""

    kind = "NotSent"


class SavedForPushes(NotSent):
    """Held back because the day's requests run out: what is left is for what can't wait."""

    kind = "SavedForPushes"
