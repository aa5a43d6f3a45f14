"""`push --diff`: what an update would change of the record as Codat has it. Sends nothing."""

import asyncio

from codat.client import CodatClient
from codat.exact_json import dumps
from codat.kinds import PushKind
from codat.record_difference import RecordDifference, read_difference
from codat.settings import load_settings
from commands.exit_codes import STARTED, WRONG_INPUT, CommandError
from commands.output import print_json, print_result
from surepush_client.payloads import to_plain
from workflows.models import PushRequest


def show_difference(request: PushRequest, *, as_json: bool) -> int:
    """Print it. Raises: CommandError for what is no update, CodatError."""
    if request.push_kind is not PushKind.UPDATE or request.record_id is None:
        raise CommandError("--diff is of an update: give --record-id and --data.", WRONG_INPUT)
    found = asyncio.run(_read(request, request.record_id))
    if as_json:
        print_json({**found.model_dump(by_alias=True), "warnings": found.sentences})
        return STARTED
    for change in found.changes:
        print_result(f"  {change.pointer}: {_shown(change.before)} -> {_shown(change.after)}")
    for sentence in found.sentences:
        print_result(sentence, style="yellow")
    print_result("Nothing was sent.")
    return STARTED


async def _read(request: PushRequest, record_id: str) -> RecordDifference:
    async with CodatClient(load_settings()) as codat:
        return await read_difference(codat.reads, request.target, record_id, request.data)


def _shown(value: object) -> str:
    return "nothing" if value is None else dumps(to_plain(value))
