"""What the files that a record has say of operations that may have attached ours.

An operation names no more than the id that a file got. The record's list of attachments has its
name and size.
"""

from collections.abc import Sequence

from temporalio.client import Client

from activities.find_models import FindSubmission
from activities.inputs import Input, NoRequest, input_of
from activities.matching import Match
from activities.other_pushes import OtherPushes
from activities.ownership import Sighting
from codat.attachments import Attachment
from codat.client import CodatClient
from codat.errors import CodatNotFound, CodatUnauthorized
from codat.models import PushOperation, PushStatus
from surepush_client.attached_file import AttachedFile


async def judged_by_attachments(
    codat: CodatClient, sightings: Sequence[Sighting], ask: FindSubmission
) -> list[Sighting]:
    """Compare the file that each operation names with the one that was sent.

    Where the list can't be had, or does not show a file, nothing is known. Raises: CodatError.
    """
    is_any_named = any(match is not Match.DIFFERENT and _named(seen) for seen, match in sightings)
    if not is_any_named or ask.file is None or ask.record_id is None:
        return list(sightings)
    try:
        listed = await codat.reads.attachments(ask.target, ask.record_id)
    except (CodatNotFound, CodatUnauthorized):
        return list(sightings)
    known = {attachment.id: attachment for attachment in listed if attachment.id}
    return [_judged(sighting, known, ask.file) for sighting in sightings]


async def other_with_such_a_file(
    client: Client, ask: FindSubmission, others: OtherPushes
) -> str | None:
    """Name another push that may have attached a file of this name and size to the record."""
    if ask.file is None:
        return None
    async for push in others.without_operation():
        try:
            given = await input_of(client, push)
        except NoRequest:
            continue
        if given is None or _is_alike(given[0], ask, ask.file):
            return push.id
    return None


def _is_alike(given: Input, ask: FindSubmission, ours: AttachedFile) -> bool:
    theirs = given.file
    if theirs is None or given.record_id != ask.record_id:
        return False
    return (theirs.name, theirs.size) == (ours.name, ours.size)


def _named(operation: PushOperation) -> str | None:
    """Give the id of the only attachment that a successful operation names; None without one."""
    ids = {change.attachment_id for change in operation.changes if change.attachment_id}
    is_success = operation.status is PushStatus.SUCCESS
    return ids.pop() if is_success and len(ids) == 1 else None


def _judged(sighting: Sighting, known: dict[str, Attachment], ours: AttachedFile) -> Sighting:
    operation, match = sighting
    attached = known.get(_named(operation) or "")
    if match is Match.DIFFERENT or attached is None:
        return sighting
    is_same_name = attached.name == ours.name
    is_same_size = attached.file_size == ours.size
    if is_same_name and is_same_size:
        return operation, Match.EQUAL
    is_told = attached.name is not None and attached.file_size is not None
    is_another = is_told and not is_same_name and not is_same_size
    return operation, Match.DIFFERENT if is_another else Match.UNCLEAR
