"""Codat as one answer to every read."""

import json
from uuid import UUID

import httpx
from pydantic import SecretStr

from codat.client import CodatClient
from codat.models import PushTarget
from codat.settings import CodatSettings

COMPANY = UUID("8a210b68-6988-11ed-a1eb-0242ac120002")
CONNECTION = UUID("2e9d2c44-f675-40ba-8049-353bfcb5e171")
REFRESH = UUID("0659a24d-2b66-4979-971e-4b98c3ed7f61")
HERE = f"/companies/{COMPANY}"
THERE = f"{HERE}/connections/{CONNECTION}"
PULL = {"id": str(REFRESH), "status": "Queued"}
RECORD = {"id": "1", "totalAmount": 1}
PAGE = {"pageNumber": 1, "pageSize": 100, "totalResults": 1, "results": [RECORD], "_links": {}}


class Recorder:
    """Codat as one answer, and the requests that it got."""

    def __init__(self, body, status=200, headers=None):
        self.requests = []
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._response = {"status_code": status, "content": content, "headers": headers}

    def __call__(self, request):
        self.requests.append(request)
        return httpx.Response(**self._response)

    def client(self, **settings):
        own = CodatSettings.model_validate({"api_key": SecretStr("a-key"), **settings})
        return CodatClient(own, transport=httpx.MockTransport(self))


def target(data_type="bills"):
    return PushTarget(company_id=COMPANY, connection_id=CONNECTION, data_type=data_type)


def failure(status, error="No."):
    body = {"statusCode": status, "service": "PullApi", "error": error, "correlationId": "8fa2"}
    return Recorder(body, status)


READS = {
    "refresh": lambda codat: codat.reads.refresh(COMPANY, "bills", CONNECTION),
    "pull_operation": lambda codat: codat.reads.pull_operation(COMPANY, REFRESH),
    "data_status": lambda codat: codat.reads.data_status(COMPANY),
    "read_record": lambda codat: codat.reads.read_record(target(), "1"),
    "read_records": lambda codat: codat.reads.read_records(target()),
}
