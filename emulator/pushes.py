"""Taking a push: the operation, its record and its place in the books, in one transaction."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from emulator import ledger, machine, operations
from emulator.attachments import attached
from emulator.call import Call
from emulator.connections import Connection
from emulator.errors import EmulatedError, EmulatedResponse, refusal
from emulator.faults import Rule
from emulator.idempotency import digest
from emulator.ledger import Shelf
from emulator.platforms.options import OptionField
from emulator.platforms.platforms import PLATFORMS
from emulator.platforms.rules import RecordRules, RuleResult, check_record, complaint, unique_number
from emulator.rewrites import rewritten, written
from emulator.schedules import Mistake, Schedule, schedule
from emulator.store import JsonObject
from emulator.world import World


@dataclass(frozen=True)
class AcceptedPush:
    """What a request asks the platform to do."""

    connection: Connection
    data_type: str
    kind: str
    record_id: str | None = None
    attachment: str | None = None
    account: str | None = None
    """The bank account that transactions belong to."""
    file: str | None = None
    """What the books keep of an attached file, as JSON."""

    @property
    def change(self) -> str:
        """What it does to the books."""
        if self.kind == "Delete" and self.attachment is not None:
            return "AttachmentDeleted"
        return operations.change_of(self.kind)

    @property
    def carries_record(self) -> bool:
        """Whether the body is a record."""
        return self.kind in ("Create", "Update")


def take(world: World, call: Call, push: AcceptedPush, shapes: Iterable[Rule]) -> EmulatedResponse:
    """Write a push down and answer as the API would at this moment."""
    platform = PLATFORMS[push.connection.platform]
    root = platform.accepts(push.data_type)
    if root is None:
        raise EmulatedError(404, f"Pushing {push.data_type} is not supported by {platform.name}")
    key, now = str(machine.new_uuid()), world.clock.now() if call.at is None else call.at
    record = _record(call) if push.carries_record else {}
    plan = schedule(call, push.connection.behaviour, key, now, shapes)
    verdict = _judge(world, push, root, record, plan.finishes)
    record_id = push.record_id or ledger.fresh_id(world.store, platform.name)
    with world.store.transaction():
        _write_operation(world, call, push, key, record_id, record, plan, verdict)
        if not verdict.errors and plan.writes(stubborn=push.connection.behaviour.stubborn):
            number = unique_number(root, record)
            _write_record(world, call, push, key, record_id, plan.lands, number)
    world.stir()
    return _answer(world, push, key, now)


def _answer(world: World, push: AcceptedPush, key: str, now: int) -> EmulatedResponse:
    behaviour = push.connection.behaviour
    if behaviour.answer is not None:
        odd = refusal(behaviour.answer)
        return EmulatedResponse(odd.status, odd.body, "committed", key)
    row = operations.find(world.store, push.connection.company, key)
    if row is None:
        raise LookupError(key)
    older = world.settings.fields == "older"
    body = operations.render(row, now, echo=world.settings.echo_data, older=older)
    return EmulatedResponse(world.settings.queued_status, body.encode(), "committed", key)


def _record(call: Call) -> JsonObject:
    try:
        record: Any = json.loads(call.text, parse_float=Decimal, parse_constant=_no_number)
        if "\\ud" in call.text.lower():
            _whole_characters(record)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise EmulatedError(
            400, "Error processing request - the body is not valid JSON."
        ) from error
    if not isinstance(record, dict):
        raise EmulatedError(400, "Error processing request - the body is not an object.")
    return record  # type: ignore[reportUnknownVariableType]  # JSON has text keys


def _whole_characters(record: object) -> None:
    """UnicodeEncodeError for half of a pair of surrogates."""
    json.dumps(record, ensure_ascii=False, default=str).encode()


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _judge(
    world: World, push: AcceptedPush, root: OptionField, record: JsonObject, by: int | None
) -> RuleResult:
    here = push.connection
    if here.behaviour.refusing is not None:
        return RuleResult([complaint(push.data_type, here.behaviour.refusing, "Platform")])
    if world.settings.rules == "off":
        return RuleResult()

    def store(data_type: str) -> Shelf:
        return Shelf(world.store, here, data_type, world.clock.now())

    def exists(data_type: str, record_id: str) -> bool:
        return store(data_type).holds(record_id, by)

    def taken(number: str) -> bool:
        return store(push.data_type).has_taken(number, push.record_id)

    if push.record_id is not None and not exists(push.data_type, push.record_id):
        message = f"No record of {push.data_type} has the identifier '{push.record_id}'."
        return RuleResult([complaint("id", message, "Reference")])
    if push.change == "AttachmentDeleted" and push.attachment not in attached(
        world.store, here, push.data_type, push.record_id or "", world.clock.now()
    ):
        message = f"No attachment of '{push.record_id}' has the identifier '{push.attachment}'."
        return RuleResult([complaint("attachmentId", message, "Reference")])
    if not push.carries_record:
        return RuleResult()
    return check_record(push.data_type, root, record, RecordRules(exists, taken))


def _write_operation(  # noqa: PLR0913, PLR0917  # the parts of one row
    world: World,
    call: Call,
    push: AcceptedPush,
    key: str,
    record_id: str,
    record: JsonObject,
    plan: Schedule,
    verdict: RuleResult,
) -> None:
    failed = bool(verdict.errors)
    mistake = None if failed else plan.mistake
    text = call.text if push.carries_record else None
    world.store.insert(
        "operations",
        key=key,
        company=push.connection.company,
        connection=push.connection.id,
        platform=push.connection.platform,
        data_type=push.data_type,
        kind=push.kind,
        requested=plan.requested,
        visible=plan.visible,
        finishes=plan.finishes,
        deadline=plan.deadline,
        revives=plan.revives,
        timeout=plan.timeout,
        record_id=record_id,
        attachment_id=push.attachment,
        data=text,
        rewritten=_rewritten(world, push, record) if text and not failed else None,
        echoed=push.connection.behaviour.echo_data,
        errors=json.dumps(verdict.errors) if failed else None,
        warnings=json.dumps(verdict.warnings) if verdict.warnings else None,
        message=_message(verdict, mistake),
        announce=plan.announced,
        idempotency_key=call.idempotency_key,
        body_hash=None if text is None else digest(call.body),
        syncs=1 if _is_followed_by_refresh(call, push) and not failed and not mistake else None,
        outcome=plan.word or ("Failed" if failed or _is_never_corrected(mistake) else "Success"),
        **_of_mistake(mistake),
    )


def _of_mistake(mistake: Mistake | None) -> JsonObject:
    if mistake is None:
        return {"corrected": None, "failed_code": None, "failed_names": None}
    return {
        "corrected": mistake.corrected,
        "failed_code": mistake.code,
        "failed_names": mistake.names_record,
    }


def _is_followed_by_refresh(call: Call, push: AcceptedPush) -> bool:
    asked = call.parameters.get("allowSyncOnPushComplete", "").lower()
    match push.connection.behaviour.syncs_after_push:
        case "asked":
            return asked == "true"
        case "unless-refused":
            return asked != "false"
        case _:
            return False


def _rewritten(world: World, push: AcceptedPush, record: JsonObject) -> str | None:
    ways = push.connection.behaviour.rewrites
    if not ways:
        return None
    return written(rewritten(record, ways, ledger.fresh_number(world.store)))


def _write_record(  # noqa: PLR0913, PLR0917  # the parts of one row
    world: World,
    call: Call,
    push: AcceptedPush,
    key: str,
    record_id: str,
    lands: int | None,
    number: str | None,
) -> None:
    world.store.insert(
        "ledger",
        operation=key,
        company=push.connection.company,
        connection=push.connection.id,
        data_type=push.data_type,
        change=push.change,
        record_id=record_id,
        lands=lands,
        data=call.text if push.carries_record else push.file,
        number=number,
        account=push.account,
    )


def _is_never_corrected(mistake: Mistake | None) -> bool:
    return mistake is not None and mistake.corrected is None


def _message(verdict: RuleResult, mistake: Mistake | None) -> str | None:
    if not verdict.errors and mistake is None:
        return None
    message = (
        " ".join(str(error["message"]) for error in verdict.errors) or "The platform timed out."
    )
    return (
        "An error occurred in a downstream service."
        f" Correlation ID: {machine.new_uuid().hex}. Message: {message}"
    )
