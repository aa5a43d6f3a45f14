"""Companies and their connections, as Codat names them."""

from uuid import UUID

from pydantic import Field

from codat.lenient import LenientModel, Objects, Text
from codat.paging import CodatPage


class CompanyConnection(LenientModel):
    """A connection of a company, and the name of its accounting software."""

    id: UUID
    platform_name: Text = None


class Company(LenientModel):
    """A company with its connections."""

    id: UUID
    name: Text = None
    data_connections: Objects[CompanyConnection] = Field(default_factory=list[CompanyConnection])


class CompanyPage(CodatPage):
    """One page of companies."""

    results: list[Company]
