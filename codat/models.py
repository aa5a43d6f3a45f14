"""The nouns of Codat's push API."""

from typing import Literal

from codat.lenient import LenientModel
from codat.operations import (
    OperationPage,
    PushChange,
    PushOperation,
    PushStatus,
    PushValidation,
    RecordRef,
    ValidationItem,
)
from codat.option import OptionChoice, OptionRule, OptionRules, PushOption
from codat.target import DATA_TYPES, PushTarget, canonical_data_type

__all__ = [
    "DATA_TYPES",
    "OperationPage",
    "OptionChoice",
    "OptionRule",
    "OptionRules",
    "Problem",
    "PushChange",
    "PushOperation",
    "PushOption",
    "PushStatus",
    "PushTarget",
    "PushValidation",
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
