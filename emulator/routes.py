"""Which path asks for what."""

import re
from collections.abc import Iterable
from dataclasses import replace

from emulator import idempotency, ledger, reading
from emulator.call import Call
from emulator.connections import Connection
from emulator.errors import EmulatedError, EmulatedResponse, refusal
from emulator.faults import Rule
from emulator.pushes import AcceptedPush, take
from emulator.reads import routes as reads
from emulator.webhooks import consumers
from emulator.world import World

_ATTACHMENTS = {
    "bills": "attachments",
    "invoices": "attachment",
    "directCosts": "attachment",
    "directIncomes": "attachment",
    "billCreditNotes": "attachment",
    "transfers": "attachment",
}
_FILE = re.compile(rb'[ ;]name="(file|fileName|requestBody)"')
"""A part that carries a file, under the names that Codat's own clients give it."""
_UPDATED = frozenset(
    {"bankAccounts", "bills", "billCreditNotes", "creditNotes", "customers", "invoices"}
    | {"purchaseOrders", "suppliers", "items", "chartOfAccounts", "journalEntries"}
)
_DELETED = frozenset({"bills", "billPayments", "invoices", "directCosts", "journalEntries"})


def answer(
    world: World, call: Call, shapes: Iterable[Rule] = (), instead: int | None = None
) -> EmulatedResponse:
    """Do what a request asks and give the answer, or this status instead; effects are committed."""
    if call.headers.get("authorization") != world.authorization:
        return refusal(401)
    try:
        return _remembered(world, call, shapes, instead)
    except EmulatedError as refused:
        return refused.answer()


def _remembered(
    world: World, call: Call, shapes: Iterable[Rule], instead: int | None
) -> EmulatedResponse:
    key = remembered_key(world, call)
    if key is None:
        return _disguise(_dispatch(world, call, shapes), instead)
    print_ = fingerprint(call)
    kept = idempotency.recall(world.store, key, print_, world.clock.now())
    if kept is not None:
        return kept
    with world.store.transaction():
        try:
            given = _disguise(_dispatch(world, call, shapes), instead)
        except EmulatedError as refused:
            given = refused.answer()
        idempotency.keep(world.store, key, print_, given, world.clock.now())
    return given


def _disguise(given: EmulatedResponse, instead: int | None) -> EmulatedResponse:
    if instead is None:
        return given
    odd = refusal(instead)
    return replace(given, status=odd.status, body=odd.body)


def remembered_key(world: World, call: Call) -> str | None:
    """Give the idempotency key, where this deployment honours it."""
    honoured = world.settings.idempotency == "honoured"
    return call.idempotency_key if honoured else None


def fingerprint(call: Call) -> str:
    """Give what a repeated request must have in common with the first."""
    return f"{call.path} {idempotency.digest(call.body)}"


def _dispatch(world: World, call: Call, shapes: Iterable[Rule]) -> EmulatedResponse:
    match call.method, call.steps:
        case _, ["webhooks" | "rules", *_]:
            return consumers.answer(world, call)
        case "GET", ["companies", company, "push"]:
            return reading.listing(world, company, call)
        case "GET", ["companies", company, "push", key]:
            return reading.one(world, company, key)
        case "GET", ["companies", company, "connections", connection, "options", *rest]:
            return reading.options(world, company, connection, _data_type(rest))
        case method, ["companies", company, "connections", connection, "push", *rest]:
            here = world.directory.connection(company, connection)
            push = _push(method, here, rest)
            if push.attachment and push.kind == "UploadAttachment":
                _require_file(call)
            return take(world, call, push, shapes)
        case (
            _,
            ["companies"]
            | ["companies", _]
            | ["companies", _, "data" | "dataStatus", *_]
            | ["companies", _, "connections", _, "data", *_],
        ):
            return reads.answer(world, call)
        case _:
            raise EmulatedError(404, "No such resource.")


def _data_type(rest: list[str]) -> str:
    match rest:
        case [data_type] | ["bankAccounts", _, ("bankTransactions" as data_type)]:
            return data_type
        case _:
            raise EmulatedError(404, "No such resource.")


def _push(method: str, here: Connection, rest: list[str]) -> AcceptedPush:
    match method, rest:
        case "POST", ["bankAccounts", account, "bankTransactions"]:
            return AcceptedPush(here, "bankTransactions", "Create", account=account)
        case "POST", [step]:
            return AcceptedPush(here, reading.data_type_of(step), "Create")
        case "PUT", [step, record] if reading.data_type_of(step) in _UPDATED:
            return AcceptedPush(here, reading.data_type_of(step), "Update", record)
        case "DELETE", [step, record] if step in _DELETED:
            return AcceptedPush(here, step, "Delete", record)
        case "POST", [step, record, word] if _ATTACHMENTS.get(step) == word:
            return AcceptedPush(here, step, "UploadAttachment", record, ledger.attachment_id())
        case "DELETE", ["bills", record, "attachments", attachment]:
            return AcceptedPush(here, "bills", "Delete", record, attachment)
        case _:
            raise EmulatedError(404, "No such resource, or it cannot be pushed in this way.")


def _require_file(call: Call) -> None:
    multipart = call.headers.get("content-type", "").startswith("multipart/form-data")
    if not multipart or not _FILE.search(call.body):
        raise EmulatedError(
            400, "An attachment is sent as multipart/form-data with one part 'file'."
        )
