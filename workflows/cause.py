"""What went wrong with a push, in words that pushes with the same trouble have in common."""

import re

from workflows.models import PushOutcome

MAX_CAUSE = 200
"""Characters."""

_VARIES = re.compile(r"'[^']*'|\"[^\"]*\"|\b[0-9a-f]{8,}(?:-[0-9a-f]+)*\b|\d+(?:[.,]\d+)*")
_SEVERAL = re.compile(r"…(?:, …)+")
_ROW = re.compile(r"/\d+(?=/|$)")


def cause_of(outcome: PushOutcome) -> str:
    """Say what went wrong, without what differs from record to record."""
    first = outcome.errors[0] if outcome.errors else None
    text = f"{first.pointer or '/'}: {first.message}" if first else outcome.message
    return f"{outcome.status.value}: {_SEVERAL.sub('…', _VARIES.sub('…', text))}"


def cause_without_texts(outcome: PushOutcome) -> str:
    """Say where in the record it went wrong and against which rule, and quote nobody's sentence."""
    first = outcome.errors[0] if outcome.errors else None
    if first is None:
        return outcome.status.value
    rule = first.rule if first.rule and " " not in first.rule else "refused"
    return f"{outcome.status.value}: {_ROW.sub('', first.pointer) or '/'}: {rule}"
