"""Paths and steps of reading from the emulator."""

from emulator import seeds
from emulator.examples import record

COMPANY = f"/companies/{seeds.COMPANY}"
PUSH = f"{COMPANY}/connections/{seeds.PROMPT}/push"


async def refresh(codat, client, data_type="bills", connection=seeds.PROMPT, wait=1.0):
    """Refresh a data type and wait until that is over, in seconds of the emulator's clock."""
    path = f"{COMPANY}/data/queue/{data_type}"
    answer = await client.post(path, params={"connectionId": connection})
    assert 200 == answer.status_code, answer.text
    codat.advance(wait)
    return answer.json()


async def pushed(codat, client, data_type="bills", number="1", **changes):
    """Push a record, wait until it is written, and give its id."""
    path = {"chartOfAccounts": "accounts"}.get(data_type, data_type)
    body = record(data_type, number) | changes
    key = (await client.post(f"{PUSH}/{path}", json=body)).json()["pushOperationKey"]
    codat.advance(0.2)
    operation = (await client.get(f"{COMPANY}/push/{key}")).json()
    return operation["changes"][0]["recordRef"]["id"]


async def read(client, record_id, data_type="bills"):
    """Read one record from the cache; its answer."""
    return await client.get(f"{COMPANY}/data/{data_type}/{record_id}")


async def listed(client, data_type="bills", **query):
    """Read a page of records; the ids on it."""
    page = (await client.get(f"{COMPANY}/data/{data_type}", params=query)).json()
    return [entry["id"] for entry in page["results"]]
