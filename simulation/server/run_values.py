"""What a run is found by, and its memo: values that change with its history."""

from temporalio.api.common.v1 import Memo, SearchAttributes

from simulation.server.run import Run


def set_attributes(run: Run, upsert: SearchAttributes) -> None:
    """Change what a run is found by; an empty value takes an attribute away."""
    for name, payload in upsert.indexed_fields.items():
        if payload.data in (b"", b"null", b"[]"):
            run.attributes.pop(name, None)
        else:
            run.attributes[name] = payload


def set_memo(run: Run, upsert: Memo) -> None:
    """Change a run's memo; null takes a value away."""
    for name, payload in upsert.fields.items():
        if payload.metadata.get("encoding") == b"binary/null" or payload.data == b"null":
            run.memo.pop(name, None)
        else:
            run.memo[name] = payload
