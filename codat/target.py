"""Where a record goes: company, connection and data type."""

from urllib.parse import quote
from uuid import UUID

from pydantic import field_validator

from codat.lenient import LenientModel
from surepush_client.codat_names import canonical_data_type

# The paths under /push and /options in Codat's API description.
DATA_TYPES = frozenset(
    {
        "bankAccounts",
        "billCreditNotes",
        "billPayments",
        "bills",
        "chartOfAccounts",
        "creditNotes",
        "customers",
        "directCosts",
        "directIncomes",
        "invoices",
        "items",
        "journalEntries",
        "journals",
        "payments",
        "purchaseOrders",
        "suppliers",
        "transfers",
    }
)
UPDATED_TYPES = frozenset(
    {
        "bankAccounts",
        "billCreditNotes",
        "bills",
        "creditNotes",
        "customers",
        "invoices",
        "purchaseOrders",
        "suppliers",
    }
)
"""What PUT takes by Codat's API description; single platforms may take more."""
READ_BY_CONNECTION = frozenset({"bankAccounts", "directCosts", "directIncomes", "transfers"})
"""What is read under its connection, all else under its company (codat-accounting 0.36)."""
OPERATION_DATA_TYPES = DATA_TYPES | {"bankTransactions"}
"""The data types as push operations and webhooks name them."""
_ACCOUNT, _TRANSACTIONS = "bankAccounts/", "/bankTransactions"


def segment(text: str) -> str:
    """Percent-encode one part of a path; ValueError for one that can't stand in a path."""
    if text in {"", ".", ".."}:
        raise ValueError(f"{text!r} is no id of a record.")
    return quote(text, safe="")


def known_data_type(word: str) -> str:
    """Give the one name of a data type that can be pushed; ValueError lists those there are."""
    name = canonical_data_type(word)
    account = _bank_account(name)
    if account is not None:
        segment(account)
    elif name not in DATA_TYPES:
        known = ", ".join(sorted({*DATA_TYPES, "bankAccounts/{accountId}/bankTransactions"}))
        raise ValueError(f"{word[:80]!r} is no data type that can be pushed; there are {known}")
    return name


class PushTarget(LenientModel):
    """Where a record goes; `accounts` is read as `chartOfAccounts`, an unknown type refused."""

    company_id: UUID
    connection_id: UUID
    data_type: str

    @field_validator("data_type")
    @classmethod
    def _known(cls, word: str) -> str:
        return known_data_type(word)

    @property
    def options_path(self) -> str:
        """The data type as the path of its options spells it, percent-encoded."""
        account = _bank_account(self.data_type)
        return f"{_ACCOUNT}{segment(account)}{_TRANSACTIONS}" if account else self.data_type

    @property
    def push_path(self) -> str:
        """The data type as the path of a push spells it, percent-encoded."""
        return "accounts" if self.data_type == "chartOfAccounts" else self.options_path

    @property
    def data_path(self) -> str:
        """The path of its records in Codat's cache, below the company, percent-encoded."""
        path = f"data/{self.push_path}"
        by_connection = self.data_type in READ_BY_CONNECTION or _bank_account(self.data_type)
        return f"connections/{self.connection_id}/{path}" if by_connection else path

    @property
    def operation_data_type(self) -> str:
        """The data type as push operations and webhooks name it."""
        return "bankTransactions" if _bank_account(self.data_type) else self.data_type


def _bank_account(name: str) -> str | None:
    if name.startswith(_ACCOUNT) and name.endswith(_TRANSACTIONS):
        return name.removeprefix(_ACCOUNT).removesuffix(_TRANSACTIONS)
    return None
