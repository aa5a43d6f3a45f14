"""The push API: start a push, read one, list them; Codat's own paths and shapes."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import Request
from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from temporalio.service import RPCError

from codat.numbers import loads
from dispatch.pushes import NoSuchPush, NotAPush, OtherPayload, Push, start_push
from dispatch.trouble import meaning_of_first_use
from gateway.errors import KEY, Json, Refusal, away, quoted, refusal_of
from gateway.listing import find_operations
from gateway.operations import operation_of, pending
from gateway.parts import Parts
from gateway.query import read_query
from gateway.standing import Standing, find_standing, standing_of
from gateway.wire import Link, OperationsPage
from workflows.models import PushRequest, sentence_of

_LONGEST_MINUTES = 9
"""Digits; Python itself refuses to read thousands."""

NEWEST_FIRST = "-requestedonutc"


async def start(parts: Parts, request: PushRequest) -> Json:
    """Start a push, or join the one that has its key, and answer how it stands."""
    push = await start_or_join(parts, request)
    headers = {"Idempotency-Key": quoted(request.idempotency_key or "")}
    if push.is_new:
        return Json(pending(push.push_id, request, datetime.now(UTC)), headers=headers)
    standing = await standing_of(push, await push.describe())
    shown = operation_of(standing, request.company_id, parts.settings.unknown_as)
    return Json(shown, headers=headers)


async def start_or_join(parts: Parts, request: PushRequest) -> Push:
    """Start a push; Refusal 422 for another record under its key, 503 when Temporal is away."""
    try:
        return await start_push(parts.temporal, request, task_queue=parts.task_queue)
    except (OtherPayload, NotAPush) as error:
        raise Refusal(422, str(error)) from None
    except RPCError as error:
        is_away = refusal_of(error).status == 503  # noqa: PLR2004, a server's trouble
        if not is_away or meaning_of_first_use(error):
            raise
        raise away(
            f"Temporal does not answer, so push {request.push_id} was not started, or not provably."
        ) from error


async def request_from(http: Request, **fields: Any) -> PushRequest:  # noqa: ANN401, path and query
    """Read a push request off HTTP; Refusal 400, or 404 for a data type that can't be pushed."""
    try:
        data = loads(await http.body())
    except ValueError as error:
        raise Refusal(400, f"The body is no record: {error}") from None
    if not isinstance(data, dict):
        raise Refusal(400, "The body must be a JSON object, the record to push.")
    request = checked({**fields, "data": data, "idempotency_key": _key(http)})
    http.scope.update({"push": str(request.push_id), KEY: request.idempotency_key})
    return request


def checked(fields: dict[str, Any]) -> PushRequest:
    """Check the fields of a push request; Refusal 400, or 404 for an unknown data type."""
    try:
        # Under the caller's names for them, so that a complaint names them likewise.
        return PushRequest.model_validate({to_camel(name): fields[name] for name in fields})
    except ValidationError as error:
        where = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
        raise Refusal(404 if "dataType" in where else 400, sentence_of(error)) from None


def minutes_of(typed: str) -> int | str | None:
    """Read the minutes of a form, None for none; what is no number is left to the check."""
    text = typed.strip()
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_MINUTES else text or None


async def read(parts: Parts, company: UUID, key: UUID) -> Json:
    """Answer how one push stands, by our key or Codat's; Refusal 404."""
    standing = await find(parts, company, key)
    return Json(operation_of(standing, company, parts.settings.unknown_as))


async def find(parts: Parts, company: UUID, key: UUID) -> Standing:
    """Find a company's push by our key or Codat's; Refusal 404."""
    try:
        return await find_standing(parts.temporal, company, key)
    except NoSuchPush as error:
        raise Refusal(404, str(error)) from None


async def page_of(  # noqa: PLR0913, PLR0917, the parameters of Codat's endpoint
    parts: Parts, company: UUID, page: int, size: int, query: str, order: str
) -> OperationsPage:
    """Give one page of a company's pushes; Refusal 400 for another order or an unclear query."""
    if order.strip().lower() != NEWEST_FIRST:
        raise Refusal(400, "Pushes are listed newest first: orderBy=-requestedOnUtc.")
    condition = read_query(query)
    found = await find_operations(parts.temporal, company, condition, parts.settings.unknown_as)
    begin, end, total = (page - 1) * size, page * size, len(found.operations)
    if found.is_cut and page > 1 and end > total:
        raise Refusal(400, "There are too many pushes to page so far back: narrow the query.")
    here = f"/companies/{company}/push"

    def link(number: int) -> Link:
        asked = {"page": number, "pageSize": size} | ({"query": query} if query else {})
        return Link(href=f"{here}?{urlencode(asked)}")

    links = {"self": Link(href=here), "current": link(page)}
    # Of a list that is cut the next page says so: nobody takes its end for the end of all.
    links |= {"next": link(page + 1)} if end < total or found.is_cut else {}
    links |= {"previous": link(page - 1)} if page > 1 else {}
    return OperationsPage.model_validate(
        {
            "pageNumber": page,
            "pageSize": size,
            "totalResults": total,
            "results": found.operations[begin:end],
            "_links": links,
        }
    )


def _key(http: Request) -> str:
    given = http.headers.getlist("idempotency-key")
    if len(given) > 1:
        raise Refusal(400, "Give one Idempotency-Key, not several.")
    if not given:
        return str(uuid4())
    raw = given[0].encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return given[0]
