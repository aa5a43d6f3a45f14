"""One request to Codat as logs and metrics are told of it: where to, how it ended, no contents."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line need not load it
    import httpx

log = logging.getLogger("surepush.codat")

_CONNECTION = "/companies/{companyId}/connections/{connectionId}"
_SHAPES = {
    re.compile(r"/connections/[^/]+/options/"): f"{_CONNECTION}/options/{{dataType}}",
    re.compile(r"/connections/[^/]+/push/"): f"{_CONNECTION}/push/{{dataType}}",
    re.compile(r"/push/[^/]+$"): "/companies/{companyId}/push/{pushOperationKey}",
    re.compile(r"/push$"): "/companies/{companyId}/push",
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
    return f"{request.method} {shape}{'/{recordId}' if request.method == 'PUT' else ''}"


def note(heard: RequestEvent) -> None:
    """Write one line."""
    fields = {"endpoint": heard.endpoint, "ended": heard.ended, "seconds": round(heard.seconds, 3)}
    log.info("Codat: %(endpoint)s: %(ended)s in %(seconds)s s", fields, extra={"fields": fields})
