"""The envelope of the API's lists: which page is asked for, and the links to the others."""

from urllib.parse import urlencode

from emulator.call import Call, positive
from emulator.errors import EmulatedError
from emulator.store import JsonObject

_LARGEST_PAGE = 5000


def asked_page(call: Call) -> tuple[int, int]:
    """Give number and size of the page that is asked for; 400 where they are none."""
    page, size = _number(call, "page", 1), _number(call, "pageSize", 100)
    if size > _LARGEST_PAGE:
        raise EmulatedError(400, f"pageSize is at most {_LARGEST_PAGE}")
    return page, size


def envelope(call: Call, page: int, size: int, total: int) -> JsonObject:
    """Give all of a page but its results; `total` results are on all pages together."""
    return {
        "pageNumber": page,
        "pageSize": size,
        "totalResults": total,
        "_links": _links(call, page, size, total),
    }


def _number(call: Call, name: str, default: int) -> int:
    given = call.parameters.get(name)
    if given is None:
        return default
    number = positive(given)
    if number is None:
        raise EmulatedError(400, f"{name} is not a positive whole number of 32 bits: {given}")
    return number


def _links(call: Call, page: int, size: int, total: int) -> JsonObject:
    def link(number: int) -> JsonObject:
        query = {**call.parameters, "page": number, "pageSize": size}
        return {"href": f"{call.path}?{urlencode(query)}"}

    links = {"self": {"href": call.path}, "current": link(page)}
    if page * size < total:
        links["next"] = link(page + 1)
    if page > 1:
        links["previous"] = link(page - 1)
    return links
