"""Answers of the emulator's that prove less than they seem to."""

import pytest

from emulator import seeds
from emulator.examples import record

COMPANY = f"/companies/{seeds.COMPANY}"
SUPPLIERS = f"{COMPANY}/connections/{seeds.PROMPT}/push/suppliers"


async def post(client, key="k"):
    headers = {"Idempotency-Key": key}
    return await client.post(SUPPLIERS, json=record("suppliers"), headers=headers)


async def reading(codat, client, pushed, after):
    codat.advance(after)
    key = pushed.json()["pushOperationKey"]
    return (await client.get(f"{COMPANY}/push/{key}")).json()


@pytest.mark.parametrize(("committed", "records"), [(True, 1), (False, 0)])
async def test_a_proxys_page_hides_what_was_done(codat, client, committed, records):
    codat.fault("proxy-page", method="POST", status=408, committed=committed)
    page = await post(client)
    codat.advance(1)

    assert (408, "text/html") == (page.status_code, page.headers["content-type"])
    assert page.text.startswith("<html>")
    assert records == len(codat.ledger())


async def test_behind_a_proxys_page_the_own_answer_is_kept(codat, client):
    codat.fault("proxy-page", method="POST", times=1)
    statuses = [(await post(client)).status_code for _ in range(2)]

    assert [403, 200] == statuses
    assert ["faulted: proxy-page", "replayed"] == [entry["did"] for entry in codat.journal()]


@pytest.mark.parametrize(
    ("what", "field"),
    [("company", "companyId"), ("connection", "dataConnectionKey"), ("dataType", "dataType")],
)
async def test_an_answer_may_be_about_another(codat, client, what, field):
    codat.fault("answer-about-another", what=what, method="POST", times=1)
    wrong, right = (await post(client)).json(), (await post(client)).json()

    assert {field} == {name for name in right if wrong[name] != right[name]}


async def test_a_failure_without_proof_is_in_the_books(codat, client):
    codat.fault("failed-without-proof")
    failed = await reading(codat, client, await post(client), 1)

    assert ("Failed", 504, []) == (failed["status"], failed["statusCode"], failed["changes"])
    assert failed["errorMessage"]
    assert 1 == len(codat.ledger())


async def test_a_failure_may_name_its_record(codat, client):
    codat.fault("failed-without-proof", code=400, names_record=True)
    failed = await reading(codat, client, await post(client), 1)

    assert 400 == failed["statusCode"]
    assert codat.ledger()[0]["recordId"] == failed["changes"][0]["recordRef"]["id"]


@pytest.mark.parametrize(("lands", "counts"), [(60, [0, 1]), (None, [0, 0])])
async def test_after_a_failure_the_record_may_land_late_or_never(codat, client, lands, counts):
    codat.fault("failed-without-proof", lands=lands)
    await post(client)
    seen = []
    for wait in (1, 60):
        codat.advance(wait)
        seen.append(len(codat.ledger()))

    assert counts == seen


async def test_a_failure_may_be_corrected(codat, client):
    codat.fault("failed-without-proof", later=60)
    pushed = await post(client)
    seen = [(await reading(codat, client, pushed, wait))["status"] for wait in (1, 60)]
    listed = await client.get(f"{COMPANY}/push", params={"query": "status=Success"})

    assert ["Failed", "Success"] == seen
    assert 1 == listed.json()["totalResults"]


async def test_what_the_platform_refuses_is_a_plain_failure(codat, client):
    codat.fault("failed-without-proof")
    codat.connection(seeds.PROMPT).set(refusing="No.")
    failed = await reading(codat, client, await post(client), 1)

    assert 400 == failed["statusCode"]
    assert [] == codat.ledger()
