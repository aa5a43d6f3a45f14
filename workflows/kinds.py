"""What each kind of push needs."""

from codat.kinds import PushKind, refuse_type

_WITHOUT_ID = "recordId is missing: a push of the kind {kind} is of one record"


def check_kind(kind: PushKind, data_type: str, record_id: str | None) -> None:
    """Raise ValueError, one sentence, for what makes no push of that kind."""
    if kind is PushKind.CREATE and record_id is not None:
        raise ValueError("recordId: a create has none, so leave it out, or the kind")
    if kind is not PushKind.CREATE and record_id is None:
        raise ValueError(_WITHOUT_ID.format(kind=kind))
    refusal = refuse_type(kind, data_type)
    if refusal:
        raise ValueError(f"dataType: {refusal}")
