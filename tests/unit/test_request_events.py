import httpx
import pytest

from codat.client import CodatClient
from codat.errors import CodatError
from codat.models import PushTarget
from codat.observer import RequestEvent
from codat.settings import CodatSettings
from emulator import seeds

TARGET = PushTarget.model_validate(
    {"company_id": seeds.COMPANY, "connection_id": seeds.PROMPT, "data_type": "bills"}
)
TRANSFERS = TARGET.model_copy(update={"data_type": "transfers"})
TRANSACTIONS = TARGET.model_copy(update={"data_type": "bankAccounts/7/bankTransactions"})
DATA = "/companies/{companyId}/data"
OF_A_CONNECTION = "/companies/{companyId}/connections/{connectionId}"
SETTINGS = CodatSettings.model_validate({"api_key": "key", "base_url": "http://codat.test/v1"})


def answering(answer, heard):
    return CodatClient(SETTINGS, transport=httpx.MockTransport(answer), on_request=heard.append)


def throttled(_):
    headers = {"X-Rate-Limit-Limit": "1000", "X-Rate-Limit-Remaining": "7"}
    return httpx.Response(429, headers=headers)


@pytest.mark.parametrize(
    ("ask", "endpoint"),
    [
        (lambda codat: codat.push(TARGET, {}), f"POST {OF_A_CONNECTION}/push/{{dataType}}"),
        (
            lambda codat: codat.push(TARGET, {}, record_id="a/b"),
            f"PUT {OF_A_CONNECTION}/push/{{dataType}}/{{recordId}}",
        ),
        (lambda codat: codat.options(TARGET), f"GET {OF_A_CONNECTION}/options/{{dataType}}"),
        (
            lambda codat: codat.operation(TARGET.company_id, TARGET.connection_id),
            "GET /companies/{companyId}/push/{pushOperationKey}",
        ),
        (lambda codat: codat.operations(TARGET.company_id), "GET /companies/{companyId}/push"),
        (
            lambda codat: codat.reads.refresh(TARGET.company_id, "bills"),
            f"POST {DATA}/queue/{{dataType}}",
        ),
        (
            lambda codat: codat.reads.pull_operation(TARGET.company_id, TARGET.connection_id),
            f"GET {DATA}/history/{{pullOperationId}}",
        ),
        (
            lambda codat: codat.reads.data_status(TARGET.company_id),
            "GET /companies/{companyId}/dataStatus",
        ),
        (
            lambda codat: codat.reads.read_record(TARGET, "push"),
            f"GET {DATA}/{{dataType}}/{{recordId}}",
        ),
        (
            lambda codat: codat.reads.read_record(TRANSFERS, "history"),
            f"GET {OF_A_CONNECTION}/data/{{dataType}}/{{recordId}}",
        ),
        (lambda codat: codat.reads.read_records(TARGET), f"GET {DATA}/{{dataType}}"),
        (
            lambda codat: codat.reads.read_records(TRANSACTIONS),
            f"GET {OF_A_CONNECTION}/data/{{dataType}}",
        ),
    ],
)
async def test_a_request_is_heard_of_without_its_ids(ask, endpoint):
    heard: list[RequestEvent] = []
    async with answering(throttled, heard) as codat:
        with pytest.raises(CodatError):
            await ask(codat)

    assert [(endpoint, "429")] == [(one.endpoint, one.ended) for one in heard]


async def test_a_request_without_an_answer_is_reported_by_its_error():
    def lose(_):
        raise httpx.ReadError("gone")

    heard: list[RequestEvent] = []
    async with answering(lose, heard) as codat:
        with pytest.raises(CodatError):
            await codat.push(TARGET, {})

    assert ["CodatLost"] == [one.ended for one in heard]


async def test_the_requests_that_are_left_today_are_heard_of():
    heard: list[RequestEvent] = []
    async with answering(throttled, heard) as codat:
        with pytest.raises(CodatError):
            await codat.options(TARGET)

    assert heard[0].left == 7
