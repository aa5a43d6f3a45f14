"""What travels through Temporal, and how large it may be: the client's own models and bounds."""

from surepush_client.wire import (
    MAX_FINDINGS,
    MAX_LIST,
    MAX_SENTENCE,
    MAX_WORD,
    Finding,
    Findings,
    Sentence,
    Wire,
    Word,
    count_of,
    cut,
    findings_of,
    first_findings,
    fitting,
)

__all__ = [
    "MAX_FINDINGS",
    "MAX_LIST",
    "MAX_SENTENCE",
    "MAX_WORD",
    "Finding",
    "Findings",
    "Sentence",
    "Wire",
    "Word",
    "count_of",
    "cut",
    "findings_of",
    "first_findings",
    "fitting",
]
