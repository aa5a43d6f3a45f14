"""The nouns of Codat's API: pushes, options, records and refreshes."""

from typing import Literal

from codat.lenient import LenientModel
from codat.operations import (
    OperationPage,
    PushChange,
    PushOperation,
    PushValidation,
    RecordRef,
    ValidationItem,
)
from codat.option import OptionChoice, OptionRule, OptionRules, PushOption
from codat.pull_operations import DataStatus, PullOperation, PullStatus
from codat.query import Condition
from codat.records import CachedRecord, RecordPage
from codat.target import DATA_TYPES, PushTarget
from surepush_client.codat_names import PushStatus, canonical_data_type

__all__ = [
    "DATA_TYPES",
    "CachedRecord",
    "Condition",
    "DataStatus",
    "OperationPage",
    "OptionChoice",
    "OptionRule",
    "OptionRules",
    "Problem",
    "PullOperation",
    "PullStatus",
    "PushChange",
    "PushOperation",
    "PushOption",
    "PushStatus",
    "PushTarget",
    "PushValidation",
    "RecordPage",
    "RecordRef",
    "ValidationItem",
    "canonical_data_type",
]


class Problem(LenientModel):
    """What is wrong with a record, and where (`pointer`, RFC 6901)."""

    pointer: str
    message: str
    rule: str | None = None
    severity: Literal["error", "warning"] = "error"
