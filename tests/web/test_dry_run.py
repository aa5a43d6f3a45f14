"""`dryRun=true` of an update: what it would change, and nothing is started."""

from uuid import UUID

from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.front_door import a_codat

RECORD = "s/7"


async def test_a_dry_run_tells_changes_and_what_is_left_out(door):
    prompt = door.cluster.codat.connection(seeds.PROMPT)
    prompt.add_record("suppliers", record("suppliers") | {"phone": "1"}, record_id=RECORD)
    update = {"supplierName": "Another", "status": "Active"}

    async def asked(sent=update):
        path = f"{door.path()}/s%2F7"
        return await door.http.put(path, params={"dryRun": "true"}, json=sent)

    unread = await asked()
    async with a_codat(door.cluster.codat) as codat:
        await codat.reads.refresh(UUID(seeds.COMPANY), "suppliers", UUID(seeds.PROMPT))

    async def is_read():
        return (await asked()).status_code == 200

    door.cluster.codat.advance(600)
    await eventually(is_read)
    told = (await asked()).json()

    assert (409, True) == (unread.status_code, "refresh it" in unread.json()["error"])
    assert "Another" in [change["after"] for change in told["changes"]]
    assert "/phone" in told["omitted"]
    assert "empties the fields that are left out" in told["warnings"][0]
    assert [] == door.cluster.codat.journal(method="PUT")
