"""The one border where an error of Codat's becomes a failure that Temporal understands."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.wire import Wire, Word, cut
from codat.errors import CodatError, CodatRefused

MAX_PATIENCE = timedelta(hours=1)
"""No `Retry-After` is believed beyond this: a platform that recovers early is asked again."""


class FailureDetails(Wire):
    """What a failure says besides its sentence; times in seconds."""

    status: int | None = None
    retry_after_seconds: float | None = None
    correlation_id: Word | None = None


@contextmanager
def codat_failures(*, final: tuple[type[CodatError], ...] = (CodatRefused,)) -> Generator[None]:
    """Turn a CodatError into an ApplicationError named after it; `final` ones are not retried.

    They are benign: trouble at Codat is told by the push, it is no fault of the worker's.
    """
    try:
        yield
    except CodatError as error:
        patience = min(error.retry_after, MAX_PATIENCE) if error.retry_after else None
        refusal = FailureDetails(
            status=error.status,
            retry_after_seconds=patience.total_seconds() if patience else None,
            correlation_id=error.correlation_id,
        )
        raise ApplicationError(
            cut(str(error)),
            refusal,
            type=error.kind,
            non_retryable=isinstance(error, final),
            next_retry_delay=patience,
            category=ApplicationErrorCategory.BENIGN,
        ) from None
