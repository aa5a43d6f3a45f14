"""Six invented accounting platforms, each with its own wording, fields and record ids."""

import functools
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from emulator.platforms.documents import DOCUMENTS
from emulator.platforms.fields import text
from emulator.platforms.options import JsonChoices, OptionField, Wording, choice, document
from emulator.seeds import STANDING_RECORDS
from emulator.store import JsonObject

Change = Callable[[OptionField], OptionField]


@dataclass(frozen=True)
class PlatformProfile:
    """How one accounting package differs from the others."""

    name: str
    wording: Wording
    record_id: Callable[[int], str]
    changes: Mapping[str, Change] = field(default_factory=dict[str, Change])
    lacks: frozenset[str] = frozenset()
    accounts: int = 0
    early_changes: bool = False
    names_record: bool = True

    def accepts(self, data_type: str) -> OptionField | None:
        """Give the fields of a data type, or None where it is not supported."""
        root = DOCUMENTS.get(data_type)
        if root is None or data_type in self.lacks:
            return None
        change = self.changes.get(data_type)
        return change(root) if change else root


def with_fields(**fields: OptionField) -> Change:
    """Change some root fields, or add them."""
    return lambda root: root.but(fields={**root.fields, **fields})


def without(*names: str) -> Change:
    """Leave some root fields out."""
    return lambda root: root.but(
        fields={name: option for name, option in root.fields.items() if name not in names}
    )


def _guid(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"record {number}"))


_CLOUDBOOKS = PlatformProfile("cloudbooks", Wording(), _guid)
_MIDMARKET = PlatformProfile(
    "midmarket",
    Wording(
        longest="Should not be longer than {} characters",
        between="Should be {} to {} characters long",
        positive="Should be a positive number",
        decimals="Should have at most {} decimal places",
        unique="Another record must not carry this number",
        refers="Should be the id of one of the {}",
        provided="Should be provided",
        field_style="camel",
    ),
    str,
    changes={
        "bills": with_fields(
            reference=text("Invoice number of the supplier", required=True, longest=20, unique=True)
        ),
        "customers": with_fields(
            taxNumber=text("VAT number", longest=14, informs=("Must start with a country code.",))
        ),
        "chartOfAccounts": with_fields(
            nominalCode=text("Code", required=True, shortest=1, longest=12, unique=True)
        ),
    },
    accounts=5000,
    early_changes=True,
)
_INSTABOOKS = PlatformProfile(
    "instabooks",
    Wording(
        longest="Must be no greater than {} characters.",
        unique="This number exists already.",
        names_fields=False,
    ),
    lambda number: f"{7_110_700_000 + number}",
    changes={
        "invoices": without("note", "currencyRate"),
        "items": with_fields(code=text("Stock code", required=True, longest=16, unique=True)),
    },
    lacks=frozenset({"journals"}),
)
_STRICTBOOKS = PlatformProfile(
    "strictbooks",
    Wording(
        longest="Text is cut off after {} characters, longer values are refused!",
        refers="Must be a valid GUID. Must match an existing entry in {}.",
    ),
    _guid,
    changes={
        "payments": with_fields(reference=text("Reference", required=True, longest=15)),
        "suppliers": with_fields(supplierName=text("Name", required=True, shortest=2, longest=40)),
    },
)
_DESKTOPLEDGER = PlatformProfile(
    "desktopledger",
    Wording(
        longest="Maximum {} characters",
        between="Length: {}-{}",
        decimals="Rounded to {} decimal places",
        provided=None,
        field_style="camel",
    ),
    lambda number: f"8{number:07X}-{1_671_793_885 + number}",
    changes={
        "journalEntries": without("journalRef", "recordRef"),
        "customers": with_fields(
            customerName=text("Full name", required=True, shortest=1, longest=41, unique=True)
        ),
        "bills": with_fields(note=text("Memo", longest=4095)),
    },
    lacks=frozenset({"journals", "transfers"}),
)
_OLDLEDGER = PlatformProfile(
    "oldledger",
    Wording(longest="Must not exceed {} charaters long.", positive="Cannot be 0 or less"),
    lambda number: f"{number}-1",
    changes={
        "chartOfAccounts": with_fields(
            nominalCode=text("Nominal code", required=True, longest=8, unique=True)
        ),
        "suppliers": without("contactName", "registrationNumber"),
    },
    lacks=frozenset({"journals", "purchaseOrders", "directIncomes"}),
    names_record=False,
)

PLATFORMS = {
    platform.name: platform
    for platform in (
        _CLOUDBOOKS,
        _MIDMARKET,
        _INSTABOOKS,
        _STRICTBOOKS,
        _DESKTOPLEDGER,
        _OLDLEDGER,
    )
}
"""The platforms by name."""


@functools.cache
def option_document(platform: str, data_type: str) -> bytes | None:
    """Give the option document as it goes over the wire, or None where there is none."""
    return document_offering(platform, data_type, {})


def document_offering(
    platform: str, data_type: str, records: Mapping[str, Iterable[str]]
) -> bytes | None:
    """Give the document that lists such records as choices; `records`: their ids by data type."""
    kind = PLATFORMS[platform]
    root = kind.accepts(data_type)
    if root is None:
        return None
    offered = {
        of: [choice(record_id, record_id) for record_id in ids] for of, ids in records.items()
    }
    return json.dumps(document(root, kind.wording, {**_choices(kind), **offered})).encode()


def _choices(kind: PlatformProfile) -> Mapping[str, JsonChoices]:
    if not kind.accounts:
        return {}
    standing = [choice(record_id, record_id) for record_id in STANDING_RECORDS["chartOfAccounts"]]
    more = [choice(account(number), f"Account {number}") for number in range(3, kind.accounts + 1)]
    odd: JsonObject = {"type": "String", "displayName": "Suspense (closed)", "required": False}
    return {"chartOfAccounts": [*standing, *more, odd]}


def account(number: int) -> str:
    """Give the id of one of a platform's standing accounts."""
    return f"account-{number}"
