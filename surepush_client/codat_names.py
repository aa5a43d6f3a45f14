"""The words of Codat's API that a push is described in: statuses and data types."""

from enum import StrEnum

_ALSO_PENDING = "Processing"


class PushStatus(StrEnum):
    """Where a push operation stands; a word that Codat invents tomorrow is UNKNOWN."""

    PENDING = "Pending"
    SUCCESS = "Success"
    FAILED = "Failed"
    TIMED_OUT = "TimedOut"
    UNKNOWN = "Unknown"

    @classmethod
    def _missing_(cls, value: object) -> "PushStatus":
        return cls.PENDING if value == _ALSO_PENDING else cls.UNKNOWN

    @property
    def is_pending(self) -> bool:
        """Whether the platform may still change it by itself."""
        return self is PushStatus.PENDING

    @property
    def is_final(self) -> bool:
        """Whether it will never change again."""
        return self in {PushStatus.SUCCESS, PushStatus.FAILED, PushStatus.TIMED_OUT}


def canonical_data_type(word: str) -> str:
    """Give the one name of a data type that older documents call otherwise."""
    return "chartOfAccounts" if word == "accounts" else word
