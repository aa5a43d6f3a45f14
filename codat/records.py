"""Records as Codat's cache has them."""

from collections.abc import Mapping
from typing import Annotated, Any, Self, cast

from pydantic import Field

from codat.lenient import Flag, LenientModel, UtcDatetime
from codat.paging import CodatPage


class CachedRecord(LenientModel):
    """A record that a refresh has read from the accounting software; times are UTC.

    `modified_date` is when Codat's copy last changed, `source_modified_date` when the software last
    changed the record: None where the software does not say, or Codat only saw that it is gone.
    `data` is the whole document; its numbers keep their digits.
    Source: docs.codat.io/using-the-api/modified-dates.
    """

    id: Annotated[str, Field(min_length=1)]
    modified_date: UtcDatetime = None
    source_modified_date: UtcDatetime = None
    is_deleted: Flag = False
    data: dict[str, Any]

    @classmethod
    def from_codat(cls, document: object) -> Self:
        """Read a record from Codat's JSON. Raises: pydantic's ValidationError if it is none."""
        members = _members(document)
        record_id = members.get("id")
        return cls.model_validate(
            {
                "id": str(record_id) if isinstance(record_id, int) else record_id,
                "modifiedDate": members.get("modifiedDate"),
                "sourceModifiedDate": members.get("sourceModifiedDate"),
                "isDeleted": _members(members.get("metadata")).get("isDeleted"),
                "data": members,
            }
        )


class RecordPage(CodatPage):
    """One page of records."""

    results: list[CachedRecord]

    @classmethod
    def from_codat(cls, document: object) -> Self:
        """Read a page from Codat's JSON; one unreadable record spoils it.

        Raises: pydantic's ValidationError.
        """
        members = dict(_members(document))
        if isinstance(members.get("results"), list):
            members["results"] = [
                CachedRecord.from_codat(entry) for entry in cast("list[object]", members["results"])
            ]
        return cls.model_validate(members)


def _members(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}
