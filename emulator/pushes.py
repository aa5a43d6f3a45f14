"""Taking a push: the operation, its record and its place in the books, in one transaction."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from emulator import ledger, operations
from emulator.call import Call
from emulator.clock import seconds
from emulator.connections import Connection
from emulator.errors import Answer, Refusal, refusal
from emulator.faults import Rule
from emulator.idempotency import digest
from emulator.operations import minutes
from emulator.options import Field
from emulator.platforms import PLATFORMS
from emulator.rules import Books, Judgement, complaint, judge, unique_number
from emulator.store import JsonObject
from emulator.world import World

_INSERT = (
    "INSERT INTO operations (key, company, connection, platform, data_type, kind, requested,"
    " visible, finishes, deadline, revives, outcome, word, timeout, record_id, attachment_id,"
    " data, echoed, errors, warnings, message, announce, idempotency_key, body_hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ENTRY = (
    "INSERT INTO ledger (operation, company, connection, data_type, change, record_id, lands,"
    " data, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True)
class Push:
    """What a request asks the platform to do."""

    connection: Connection
    data_type: str
    kind: str
    record_id: str | None = None
    attachment: str | None = None


@dataclass
class Schedule:
    """When an operation shows, ends and times out, in ticks."""

    requested: int
    visible: int
    finishes: int | None
    deadline: int | None
    revives: bool = False
    word: str | None = None

    @property
    def announced(self) -> int | None:
        """The tick at which the first webhook is due."""
        if self.finishes is None or self.revives:
            return self.deadline
        return self.finishes if self.deadline is None else min(self.finishes, self.deadline)


def take(world: World, call: Call, push: Push, shapes: Iterable[Rule]) -> Answer:
    """Write a push down and answer as the API would at this moment."""
    platform = PLATFORMS[push.connection.platform]
    root = platform.accepts(push.data_type)
    if root is None:
        raise Refusal(404, f"Pushing {push.data_type} is not supported by {platform.name}")
    key, now = str(uuid.uuid4()), world.clock.now()
    record = _record(call) if push.kind in ("Create", "Update") else None
    schedule = _schedule(call, push, key, now, shapes)
    verdict = _judge(world, push, root, record, schedule.finishes)
    with world.store.transaction():
        _write(world, call, push, key, schedule, verdict, unique_number(root, record or {}))
    return _answer(world, push, key, now)


def _answer(world: World, push: Push, key: str, now: int) -> Answer:
    manners = push.connection.manners
    if manners.answer is not None:
        odd = refusal(manners.answer)
        return Answer(odd.status, odd.body, "committed", key)
    row = operations.find(world.store, push.connection.company, key)
    if row is None:
        raise LookupError(key)
    older = world.settings.fields == "older"
    body = operations.render(row, now, echo=world.settings.echo_data, older=older)
    return Answer(world.settings.queued_status, body.encode(), "committed", key)


def _record(call: Call) -> JsonObject:
    try:
        record: Any = json.loads(call.body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "Error processing request - the body is not valid JSON.") from error
    if not isinstance(record, dict):
        raise Refusal(400, "Error processing request - the body is not an object.")
    return record  # type: ignore[reportUnknownVariableType]  # JSON has text keys


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _schedule(call: Call, push: Push, key: str, now: int, shapes: Iterable[Rule]) -> Schedule:
    timeout = timeout_in_minutes(call)
    schedule = Schedule(
        requested=now,
        visible=now,
        finishes=push.connection.manners.finish(now, key),
        deadline=None if timeout is None else now + minutes(timeout),
    )
    for rule in shapes:
        _bend(schedule, rule)
    return schedule


def _bend(schedule: Schedule, rule: Rule) -> None:
    given = rule.parameters
    match rule.fault:
        case "listed-late":
            schedule.visible = schedule.requested + seconds(given.get("seconds", 5))
        case "unknown-word":
            schedule.word = given.get("status", "Deferred")
        case "late-success":
            schedule.deadline = schedule.requested + seconds(given.get("after", 1))
            schedule.finishes = schedule.deadline + seconds(given.get("later", 5))
            schedule.revives = True
        case "webhook-before-answer":
            schedule.finishes = schedule.requested
        case _:
            raise LookupError(rule.fault)


def timeout_in_minutes(call: Call) -> int | None:
    """Read the deadline that the caller set, or refuse with 400."""
    given = call.parameters.get("timeoutInMinutes")
    if given is None:
        return None
    if not given.isdecimal() or int(given) < 1:
        raise Refusal(400, f"timeoutInMinutes is not a positive whole number: {given}")
    return int(given)


def _judge(
    world: World, push: Push, root: Field, record: JsonObject | None, by: int | None
) -> Judgement:
    here, store = push.connection, world.store
    if here.manners.refusing is not None:
        return Judgement([complaint(push.data_type, here.manners.refusing, "Platform")])
    if world.settings.rules == "off":
        return Judgement()

    def exists(data_type: str, record_id: str) -> bool:
        return ledger.exists(store, here, data_type, record_id, by)

    def taken(number: str) -> bool:
        return ledger.taken(store, here.id, push.data_type, number, push.record_id)

    if push.record_id is not None and not exists(push.data_type, push.record_id):
        message = f"No record of {push.data_type} has the identifier '{push.record_id}'."
        return Judgement([complaint("id", message, "Reference")])
    if record is None:
        return Judgement()
    return judge(push.data_type, root, record, Books(exists, taken))


def _write(  # noqa: PLR0913, PLR0917  # the parts of one row
    world: World,
    call: Call,
    push: Push,
    key: str,
    schedule: Schedule,
    verdict: Judgement,
    number: str | None,
) -> None:
    here = push.connection
    text = call.body.decode() if push.kind in ("Create", "Update") else None
    record = push.record_id or ledger.fresh_id(world.store, here.platform)
    failed = bool(verdict.errors)
    world.store.run(
        _INSERT,
        key,
        here.company,
        here.id,
        here.platform,
        push.data_type,
        push.kind,
        schedule.requested,
        schedule.visible,
        schedule.finishes,
        schedule.deadline,
        schedule.revives,
        "Failed" if failed else "Success",
        schedule.word,
        timeout_in_minutes(call),
        record,
        push.attachment,
        text,
        here.manners.echo_data,
        json.dumps(verdict.errors) if failed else None,
        json.dumps(verdict.warnings) if verdict.warnings else None,
        _message(verdict) if failed else None,
        schedule.announced,
        call.idempotency_key,
        digest(call.body) if text is not None else None,
    )
    if not failed and _lands(schedule, stubborn=here.manners.stubborn):
        world.store.run(
            _ENTRY,
            key,
            here.company,
            here.id,
            push.data_type,
            operations.change_of(push.kind),
            record,
            schedule.finishes,
            text,
            number,
        )


def _lands(schedule: Schedule, *, stubborn: bool) -> bool:
    late = (
        schedule.finishes is not None
        and schedule.deadline is not None
        and schedule.finishes > schedule.deadline
    )
    return stubborn or schedule.revives or not late


def _message(verdict: Judgement) -> str:
    said = " ".join(str(error["message"]) for error in verdict.errors)
    return (
        "An error occurred in a downstream service."
        f" Correlation ID: {uuid.uuid4().hex}. Message: {said}"
    )
