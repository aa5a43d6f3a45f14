"""The envelope of Codat's lists: one page, and whether there is a next one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from pydantic import model_validator

from codat.lenient import LenientModel


def _more_than_this(page: Mapping[str, Any]) -> bool:
    counts = [page.get(name) for name in ("pageNumber", "pageSize", "totalResults")]
    number, size, total = (count if isinstance(count, int) else 0 for count in counts)
    return number * size < total


class CodatPage(LenientModel):
    """One page of a list; `date` is the server's own clock, UTC."""

    page_number: int
    page_size: int
    total_results: int
    has_next: bool = False
    date: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _next_link(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        members = dict(cast("Mapping[str, Any]", value))
        links = members.get("_links")
        if isinstance(links, Mapping):
            members["hasNext"] = bool(cast("Mapping[str, object]", links).get("next"))
        elif "hasNext" not in members and "has_next" not in members:
            members["hasNext"] = _more_than_this(members)
        if members.get("results") is None and members.get("totalResults") == 0:
            members["results"] = []
        return members
