"""The push API: start a push, read one, list them; Codat's own paths and shapes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from starlette.responses import Response
from temporalio.service import RPCError

from codat.clock import utc_now
from codat.exact_json import MAX_VALUES, loads
from codat.turns import in_turn
from dispatch.connection_errors import meaning_of_first_use
from dispatch.pushes import IdempotencyKeyConflict, InvalidPushRequest, NoSuchPush, Push, start_push
from gateway.api.listing import find_operations
from gateway.api.operations import operation_of, pending
from gateway.api.query import read_query
from gateway.api.schemas import (
    Link,
    Operation,
    OperationsPage,
    ValidationMessage,
    ValidationMessages,
)
from gateway.auth import CALLER, ApiKey, key_name
from gateway.dependencies import Dependencies
from gateway.errors import KEY, HttpError, Json, away, quoted, refusal_of
from gateway.repeats import MadeKeyAnswer, fingerprint_of
from gateway.snapshot import PushSnapshot, snapshot_of
from workflows.input_errors import sentence_of
from workflows.models import PushRequest

_MAX_MINUTES = 9
"""Digits; Python itself refuses to read thousands."""

NEWEST_FIRST = "-requestedonutc"

ANSWER_WITHIN = 4.0
"""Seconds until a start is answered; Codat's newest clients give up after five and repeat it."""

REUSED = "Idempotency-Key-Reused"
"""The header of an answer to a request that was taken as a repeat."""

_REPEATED = (
    "This request has no Idempotency-Key and equals one of yours whose answer did not arrive, so "
    "it is taken as its repeat: no second push was started. Give each record an Idempotency-Key."
)

log = logging.getLogger("surepush.gateway")


async def _as_it_is(request: PushRequest) -> PushRequest:
    return request


async def start(
    dependencies: Dependencies,
    http: Request,
    request: PushRequest,
    *,
    fingerprint: Callable[[], Awaitable[bytes]] | None = None,
    complete: Callable[[PushRequest], Awaitable[PushRequest]] = _as_it_is,
) -> Response:
    """Start a push, or join the one that has its key, and answer how it stands, within seconds.

    A request without a key that repeats one whose answer was missed takes the key of that one.
    `complete` is called once the request has its key; `fingerprint` is that of the HTTP request.
    """
    caller: ApiKey = http.scope[CALLER]
    if request.idempotency_key:
        _note(http, request)
        operation = await _started(dependencies, await complete(request), caller)
        return await in_turn(Json, operation, headers=_key_header(request))
    made = dependencies.undelivered.key_for(
        caller,
        await (fingerprint() if fingerprint else fingerprint_of(http)),
        recognize=dependencies.settings.recognize_repeats,
    )
    keyed = request.model_copy(update={"idempotency_key": made.key})
    _note(http, keyed)
    async with made.kept_on_failure(http.receive):
        keyed = await complete(keyed)
        operation, headers = await _started(dependencies, keyed, caller), _key_header(keyed)
        if made.is_repeat:
            log.warning("Push %s: a request without an Idempotency-Key is a repeat", keyed.push_id)
            operation, headers = _with_warning(operation), headers | {REUSED: "true"}
        return await in_turn(MadeKeyAnswer, operation, made, headers)


async def _started(dependencies: Dependencies, request: PushRequest, caller: ApiKey) -> Operation:
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            push = await start_or_join(dependencies, request, caller)
            if push.is_new:
                return pending(push.push_id, request, utc_now())
            snapshot = await snapshot_of(push, await push.describe(), dependencies.requests)
            return operation_of(snapshot, request.company_id, dependencies.settings.unknown_as)
    except TimeoutError:
        raise away(
            f"Temporal does not answer, so push {request.push_id} may or may not have been started."
        ) from None


def _note(http: Request, request: PushRequest) -> None:
    """Let the log and an error's answer name the push and its key."""
    http.scope.update({"push": str(request.push_id), KEY: request.idempotency_key})


def _key_header(request: PushRequest) -> dict[str, str]:
    return {"Idempotency-Key": quoted(request.idempotency_key or "")}


def _with_warning(operation: Operation) -> Operation:
    known = operation.validation or ValidationMessages()
    warning = ValidationMessage(item_id="", message=_REPEATED, validator_name="idempotencyKey")
    validation = known.model_copy(update={"warnings": [*known.warnings, warning]})
    return operation.model_copy(update={"validation": validation})


async def start_or_join(dependencies: Dependencies, request: PushRequest, caller: ApiKey) -> Push:
    """Start a push; Refusal 422 for another record under its key, 503 when Temporal is away."""
    try:
        push = await start_push(
            dependencies.temporal,
            request,
            task_queue=dependencies.task_queue,
            started_by=key_name(caller),
        )
    except (IdempotencyKeyConflict, InvalidPushRequest) as error:
        raise HttpError(422, str(error)) from None
    except RPCError as error:
        is_away = refusal_of(error).status == 503  # noqa: PLR2004, a server's trouble
        if not is_away or meaning_of_first_use(error):
            raise
        raise away(
            f"Temporal does not answer. Push {request.push_id} may or may not have started."
        ) from error
    dependencies.owned.add(request.company_id, push.push_id)
    return push


async def request_without_record(http: Request, **fields: Any) -> PushRequest:  # noqa: ANN401, path and query
    """Read a push request that has no body off HTTP; Refusal 400 or 404."""
    if await http.body():
        raise HttpError(400, "A deletion has no body: send none.")
    return checked({**fields, "idempotency_key": given_key(http)})


async def request_from(http: Request, **fields: Any) -> PushRequest:  # noqa: ANN401, path and query
    """Read a push request off HTTP; Refusal 400, or 404 for a data type that can't be pushed."""
    known = {**fields, "idempotency_key": given_key(http)}
    return await in_turn(_request, await http.body(), known)


def _request(body: bytes, fields: dict[str, Any]) -> PushRequest:
    try:
        data = loads(body, most_values=MAX_VALUES)
    except ValueError as error:
        raise HttpError(400, f"The body is no record: {error}") from None
    if not isinstance(data, dict):
        raise HttpError(400, "The body must be a JSON object, the record to push.")
    request = checked({**fields, "data": data})
    _ = request.digest  # kept by the request; here it holds up nobody
    return request


def checked(fields: dict[str, Any]) -> PushRequest:
    """Check the fields of a push request; Refusal 400, or 404 for an unknown data type."""
    try:
        # Under the caller's names for them, so that a complaint names them likewise.
        return PushRequest.model_validate({to_camel(name): fields[name] for name in fields})
    except ValidationError as error:
        where = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]}
        raise HttpError(404 if "dataType" in where else 400, sentence_of(error)) from None


def minutes_of(typed: str) -> int | str | None:
    """Read the minutes of a form, None for none; what is no number is left to the check."""
    text = typed.strip()
    return int(text) if text.isdecimal() and len(text) <= _MAX_MINUTES else text or None


async def read(dependencies: Dependencies, company: UUID, key: UUID) -> Json:
    """Answer how one push stands, by our key or Codat's; Refusal 404."""
    snapshot = await find(dependencies, company, key)
    shown = operation_of(snapshot, company, dependencies.settings.unknown_as)
    return await in_turn(Json, shown)


async def find(dependencies: Dependencies, company: UUID, key: UUID) -> PushSnapshot:
    """Find a company's push by our key or Codat's; Refusal 404."""
    try:
        push = await dependencies.owned.find(dependencies.temporal, company, key)
        return await snapshot_of(push, await push.describe(), dependencies.requests)
    except NoSuchPush as error:
        raise HttpError(404, str(error)) from None


async def page_of(  # noqa: PLR0913, PLR0917, the parameters of Codat's endpoint
    dependencies: Dependencies, company: UUID, page: int, size: int, query: str, order: str
) -> OperationsPage:
    """Give one page of a company's pushes; Refusal 400 for another order or an unclear query."""
    if order.strip().lower() != NEWEST_FIRST:
        raise HttpError(400, "Pushes are listed newest first: orderBy=-requestedOnUtc.")
    condition = read_query(query)
    found = await find_operations(
        dependencies.temporal, company, condition, dependencies.settings.unknown_as
    )
    begin, end, total = (page - 1) * size, page * size, len(found.operations)
    if found.is_cut and page > 1 and end > total:
        raise HttpError(400, "There are too many pushes to page so far back: narrow the query.")
    here = f"/companies/{company}/push"

    def link(number: int) -> Link:
        asked = {"page": number, "pageSize": size} | ({"query": query} if query else {})
        return Link(href=f"{here}?{urlencode(asked)}")

    links = {"self": Link(href=here), "current": link(page)}
    # Of a list that is cut the next page says so: nobody takes its end for the end of all.
    links |= {"next": link(page + 1)} if end < total or found.is_cut else {}
    links |= {"previous": link(page - 1)} if page > 1 else {}
    shown = {"pageNumber": page, "pageSize": size, "totalResults": total, "_links": links}
    return OperationsPage.model_validate(shown | {"results": found.operations[begin:end]})


def given_key(http: Request) -> str | None:
    """Read the idempotency key of a request; None without one. Refusal 400."""
    given = http.headers.getlist("idempotency-key")
    if len(given) > 1:
        raise HttpError(400, "Give one Idempotency-Key, not several.")
    if not given:
        return None
    raw = given[0].encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return given[0]
