"""What a push's page offers for the record that it wrote, or could not overwrite."""

from urllib.parse import quote

from codat.models import PushStatus
from codat.target import UPDATED_TYPES
from gateway.pages.resolve import is_unclear
from gateway.snapshot import PushSnapshot
from workflows.kind_words import ways_on


def is_stale_refusal(snapshot: PushSnapshot) -> bool:
    """Whether an update was refused because its record had changed after it was read."""
    asked, outcome = snapshot.request, snapshot.outcome
    if asked is None or outcome is None or outcome.status is not PushStatus.FAILED:
        return False
    return not is_unclear(snapshot) and bool(ways_on(asked.push_kind, outcome.message))


def update_link(snapshot: PushSnapshot) -> str:
    """Give the address of the form that updates the record; nothing where there is none."""
    asked, outcome = snapshot.request, snapshot.outcome
    if asked is None or outcome is None or outcome.status is not PushStatus.SUCCESS:
        return ""
    ids = [record.id for record in outcome.records if record.id]
    record_id = asked.record_id or next(iter(ids), None)
    if record_id is None or asked.data_type not in UPDATED_TYPES or asked.push_kind.removes:
        return ""
    there = f"/companies/{asked.company_id}/connections/{asked.connection_id}"
    return f"{there}/push/{asked.data_type}/{quote(record_id, safe='')}/update"
