import json
from pathlib import Path

import jsonschema
import pytest

from emulator import seeds
from emulator.examples import record
from emulator.platforms.documents import DOCUMENTS
from emulator.platforms.platforms import PLATFORMS

SCHEMA = json.loads(Path(__file__).with_name("answers.schema.json").read_text())
COMPANY = f"/companies/{seeds.COMPANY}"
CONNECTIONS = [
    seeds.PROMPT,
    seeds.SLOW,
    seeds.SYNCHRONOUS,
    seeds.REFUSING,
    seeds.OFFLINE,
]


def check(kind, answer):
    schema = {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    jsonschema.Draft202012Validator(schema).validate(few_choices(answer.json()))
    return answer.json()


def few_choices(document):
    """Keep some of thousands of choices, which are all made alike."""
    if isinstance(document, dict):
        return {name: few_choices(member) for name, member in document.items()}
    return [few_choices(item) for item in document[:50]] if isinstance(document, list) else document


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
async def test_every_option_document_has_the_promised_shape(codat, platform):
    here = next(one for one in [*CONNECTIONS, seeds.SHAKY] if codat.platform(one) == platform)
    async with codat.client() as client:
        for data_type in sorted(set(DOCUMENTS) - PLATFORMS[platform].lacks):
            path = f"{COMPANY}/connections/{here}/options/{data_type}"
            if data_type == "bankTransactions":
                path = path.replace("bankT", "bankAccounts/bank-1/bankT")
            check("option", await client.get(path))


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("echo", [True, False])
async def test_an_operation_keeps_its_shape_until_the_end(codat, connection, echo):
    codat.settings(echo_data=echo)
    path = f"{COMPANY}/connections/{connection}/push/bills?timeoutInMinutes=1"
    async with codat.client() as client:
        first = check("operation", await client.post(path, json=record("bills")))
        codat.advance(61)
        last = check("operation", await client.get(f"{COMPANY}/push/{first['pushOperationKey']}"))
        check("operations", await client.get(f"{COMPANY}/push?orderBy=-requestedOnUtc"))

    assert "Pending" != last["status"]
    assert echo == ("data" in last)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/companies/nobody/push", 404),
        ("GET", f"{COMPANY}/push/nothing", 404),
        ("GET", f"{COMPANY}/push?query=%7B", 400),
        ("POST", f"{COMPANY}/connections/{seeds.PROMPT}/push/bills", 400),
        ("POST", f"{COMPANY}/connections/{seeds.PROMPT}/push/bills?timeoutInMinutes=0.5", 400),
        ("PUT", f"{COMPANY}/connections/{seeds.PROMPT}/push/transfers/1", 404),
        ("DELETE", f"{COMPANY}/connections/{seeds.PROMPT}/push/customers/1", 404),
    ],
)
async def test_a_refusal_has_the_shape_of_an_error(codat, method, path, status):
    async with codat.client() as client:
        answer = await client.request(method, path)
        check("error", answer)

    assert status == answer.status_code


async def test_every_answer_tells_the_limits(codat):
    async with codat.client() as client:
        answers = [await client.get(f"{COMPANY}/push"), await client.get("/nowhere")]

    for answer in answers:
        assert "3000" == answer.headers["X-Rate-Limit-Limit"]
        assert {"x-rate-limit-remaining", "x-rate-limit-reset", "date"} <= set(answer.headers)
