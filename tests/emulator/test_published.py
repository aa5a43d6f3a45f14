import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Emulator, seeds
from emulator.examples import record
from emulator.platforms.documents import DOCUMENTS
from tests.support.published_description import Description
from tests.support.published_documents import PUBLISHED, published

CONNECTIONS = [
    seeds.PROMPT,
    seeds.SLOW,
    seeds.SYNCHRONOUS,
    seeds.REFUSING,
    seeds.OFFLINE,
    seeds.SHAKY,
    seeds.OTHER_PROMPT,
]
METHODS = ("get", "post", "put", "delete")
FAULTS = [None, "throttle", "unauthorized", "payment-required", "forbidden", "not-found"]
FAULTS += ["error-before-commit", "late-success", "listed-late"]
STANDING = {"suppliers": "supplier-1", "customers": "customer-1", "bankAccounts": "bank-1"}
QUERIES = [
    {},
    {"timeoutInMinutes": 1},
    {"timeoutInMinutes": "x"},
    {"query": "status=Pending"},
    {"query": "{"},
    {"orderBy": "-requestedOnUtc", "pageSize": 1},
    {"page": 0},
]
CASES = st.tuples(
    st.sampled_from(CONNECTIONS),
    st.sampled_from(FAULTS),
    st.sampled_from([*sorted(DOCUMENTS), "taxRates", "750-1", "a b/c"]),
    st.sampled_from(QUERIES),
    st.booleans(),
    st.integers(0, 90),
)


def walks() -> list[Any]:
    if not (PUBLISHED / "openapi_push.json").exists():
        return [pytest.param(None, None, id="absent")]
    paths = published("openapi_push.json")["paths"]
    return [(path, method) for path, item in paths.items() for method in item if method in METHODS]


@pytest.fixture(name="description", scope="module")
def _description():
    return Description()


def data_type_of(path):
    found = re.search(r"(?:push|options)/(\w+)(?:/\{accountId\}/(\w+))?", path)
    word = (found.group(2) or found.group(1)) if found else "bills"
    return {"accounts": "chartOfAccounts"}.get(word, word)


def fill(path, connection, chosen, known):
    values = {
        "companyId": seeds.OTHER_COMPANY if connection == seeds.OTHER_PROMPT else seeds.COMPANY,
        "connectionId": connection,
        "dataType": chosen,
        "pushOperationKey": known,
        "accountId": "bank-1",
    }
    record_id = STANDING.get(data_type_of(path), chosen)
    return re.sub(
        r"\{(\w+)\}", lambda found: quote(values.get(found.group(1), record_id), safe=""), path
    )


def body_of(path, method, number) -> dict[str, Any]:
    if method not in ("post", "put"):
        return {}
    if "attachment" in path:
        return {"files": {"file": ("receipt.txt", b"paper")}}
    return {"json": record(data_type_of(path), str(number))}


@pytest.mark.parametrize(("path", "method"), walks())
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=CASES)
async def test_every_answer_is_as_published(description, path, method, case):
    connection, fault, chosen, query, echo, later = case
    company = seeds.OTHER_COMPANY if connection == seeds.OTHER_PROMPT else seeds.COMPANY
    async with Emulator() as codat, codat.client() as client:
        codat.settings(echo_data=echo)
        here = f"/companies/{company}"
        before = await client.post(
            f"{here}/connections/{connection}/push/suppliers", json=record("suppliers")
        )
        known = before.json().get("pushOperationKey", seeds.PROMPT)
        if fault:
            codat.fault(fault, times=1)
        answer = await client.request(
            method, fill(path, connection, chosen, known), params=query, **body_of(path, method, 7)
        )
        codat.advance(later)
        listed = await client.get(f"{here}/push", params={"orderBy": "-requestedOnUtc"})
        ended = [
            await client.get(f"{here}/push/{one['pushOperationKey']}")
            for one in listed.json().get("results", [])
        ]

    description.check(path, method, answer)
    description.check("/companies/{companyId}/push", "get", listed)
    for one in ended:
        description.check("/companies/{companyId}/push/{pushOperationKey}", "get", one)


async def test_every_record_is_echoed_as_published(description):
    async with Emulator() as codat, codat.client() as client:
        codat.settings(echo_data=True)
        for path, method in walks():
            if method == "post" and "attachment" not in path and "/options/" not in path:
                answer = await client.post(
                    fill(path, seeds.PROMPT, "", ""), **body_of(path, method, 1)
                )
                description.check(path, method, answer)
                assert "data" in answer.json()


async def test_webhooks_are_as_published(description):
    async with Emulator() as codat, codat.client() as client:
        await client.post("/webhooks", json={"url": "http://127.0.0.1:9/", "eventTypes": ["*"]})
        for connection in CONNECTIONS[:-1]:
            path = f"/companies/{seeds.COMPANY}/connections/{connection}/push/suppliers"
            await client.post(path, json=record("suppliers"), params={"timeoutInMinutes": 1})
        codat.advance(61)
        await codat.catch_up()
        bodies = [one["body"] for one in codat.webhooks()["deliveries"]]

    assert 6 == len(bodies)
    for body in bodies:
        description.check_schema({"$ref": "#/components/schemas/DataTypeWriteWebhook"}, body)
