"""The ways a push can go that reads the books; see `record_histories`."""

from uuid import uuid4

from dispatch.pushes import Push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import Cluster

PLACE = {
    "company_id": seeds.OTHER_COMPANY,
    "connection_id": seeds.OTHER_PROMPT,
    "data_type": "invoices",
    "validation": "off",
    "unique_field": "/invoiceNumber",
}


async def read_back(here: Cluster) -> Push:
    return await here.push(**PLACE, data=_invoice(), read_back=True)


async def read_back_refused(here: Cluster) -> Push:
    here.codat.connection(seeds.OTHER_PROMPT).set(refuses_reads=403)
    return await read_back(here)


async def looked_first(here: Cluster) -> Push:
    return await here.push(**PLACE, data=_invoice(), look_first=True)


async def found_first(here: Cluster) -> Push:
    data = _invoice()
    here.codat.connection(seeds.OTHER_PROMPT).add_record("invoices", data)
    return await here.push(**PLACE, data=data, look_first=True)


def _invoice() -> dict[str, object]:
    return record("invoices", f"-{uuid4().hex[:8]}")


READING_WAYS = {
    "read-back": read_back,
    "reading-refused": read_back_refused,
    "looked-first": looked_first,
    "found-first": found_first,
}
