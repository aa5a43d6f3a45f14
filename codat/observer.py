"""One request to Codat as logs and metrics are told of it: where to, how it ended, no contents."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line need not load it
    import httpx

log = logging.getLogger("surepush.codat")

_COMPANY = "/companies/{companyId}"
_CONNECTION = f"{_COMPANY}/connections/{{connectionId}}"
_DATA = r"/companies/[^/]+/data"
_DATA_OF_CONNECTION = r"/companies/[^/]+/connections/[^/]+/data"
_TRANSACTIONS = r"bankAccounts/[^/]+/bankTransactions"
_PUSH = f"{_CONNECTION}/push/{{dataType}}"
_ATTACHMENT = f"{_PUSH}/{{recordId}}/attachment"
# The first that is found counts; ids are opaque, so a record may be called "push".
_SHAPES = {
    re.compile(r"/companies/[^/]+/dataStatus$"): f"{_COMPANY}/dataStatus",
    re.compile(rf"{_DATA}/queue/[^/]+$"): f"{_COMPANY}/data/queue/{{dataType}}",
    re.compile(rf"{_DATA}/history/[^/]+$"): f"{_COMPANY}/data/history/{{pullOperationId}}",
    re.compile(rf"{_DATA}/[^/]+$"): f"{_COMPANY}/data/{{dataType}}",
    re.compile(rf"{_DATA}/[^/]+/[^/]+$"): f"{_COMPANY}/data/{{dataType}}/{{recordId}}",
    re.compile(rf"{_DATA_OF_CONNECTION}/(?:{_TRANSACTIONS}|[^/]+)$"): (
        f"{_CONNECTION}/data/{{dataType}}"
    ),
    re.compile(rf"{_DATA_OF_CONNECTION}/[^/]+/[^/]+$"): (
        f"{_CONNECTION}/data/{{dataType}}/{{recordId}}"
    ),
    re.compile(r"/connections/[^/]+/options/"): f"{_CONNECTION}/options/{{dataType}}",
    re.compile(r"/connections/[^/]+/push/[^/]+/[^/]+/attachments?$"): _ATTACHMENT,
    re.compile(r"/connections/[^/]+/push/[^/]+/[^/]+/attachments/[^/]+$"): (
        f"{_ATTACHMENT}/{{attachmentId}}"
    ),
    re.compile(r"/connections/[^/]+/push/"): _PUSH,
    re.compile(r"/push/[^/]+$"): f"{_COMPANY}/push/{{pushOperationKey}}",
    re.compile(r"/push$"): f"{_COMPANY}/push",
    re.compile(r"/companies/[^/]+$"): _COMPANY,
    re.compile(r"/companies$"): "/companies",
}


@dataclass(frozen=True)
class RequestEvent:
    """A request that is over.

    `endpoint` is a template without ids, `ended` the status or the name of the CodatError, `left`
    how many requests Codat still allows today, if it said so.
    """

    endpoint: str
    ended: str
    seconds: float
    left: int | None = None


RequestObserver = Callable[[RequestEvent], None]


def ignore(_: RequestEvent) -> None:
    """Hear nothing."""


def endpoint(request: "httpx.Request") -> str:
    """Give the method and the path of a request, ids replaced by their names."""
    path = request.url.raw_path.decode().partition("?")[0]
    shape = next((shape for pattern, shape in _SHAPES.items() if pattern.search(path)), "/other")
    of_record = shape == _PUSH and request.method in {"PUT", "DELETE"}
    return f"{request.method} {shape}{'/{recordId}' if of_record else ''}"


def note(heard: RequestEvent) -> None:
    """Write one line."""
    fields = {"endpoint": heard.endpoint, "ended": heard.ended, "seconds": round(heard.seconds, 3)}
    log.info("Codat: %(endpoint)s: %(ended)s in %(seconds)s s", fields, extra={"fields": fields})
