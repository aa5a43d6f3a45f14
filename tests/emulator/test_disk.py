"""The emulator on a full disk."""

from emulator import Emulator, seeds

PLACE = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/suppliers"
RECORD = {"supplierName": "Mill " * 20_000, "status": "Active"}


async def test_a_full_disk_is_told_in_one_sentence():
    async with Emulator() as emulator, emulator.client() as client:
        store = emulator._world.store  # noqa: SLF001  # no other way fills it
        store.run("PRAGMA max_page_count = 1")  # no page more than there are
        said = await client.post(PLACE, json=RECORD)

        assert 500 == said.status_code
        expected = "The emulator can keep nothing more: database or disk is full."
        assert expected == said.json()["error"]
