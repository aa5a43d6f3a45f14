"""Answers that are not the API's own, or not about what was asked."""

import json
import uuid
from dataclasses import replace
from http import HTTPStatus

from emulator.errors import EmulatedResponse

_ANOTHER = {
    "company": (("companyId",), str(uuid.UUID(int=0xC0DA))),
    "connection": (("dataConnectionKey", "dataConnectionId"), str(uuid.UUID(int=0xC0DB))),
    "dataType": (("dataType",), "transfers"),
}


def page(status: int) -> EmulatedResponse:
    """Build the page that a proxy answers with."""
    known = status in HTTPStatus.__members__.values()
    phrase = HTTPStatus(status).phrase if known else "Error"
    title = f"{status} {phrase}"
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    headers = {"content-type": "text/html"}
    return EmulatedResponse(status, body.encode(), f"a proxy's page: {title}", headers=headers)


def about_another(answer: EmulatedResponse, what: str) -> EmulatedResponse:
    """Let an answer about an operation name another company, connection or data type."""
    names, value = _ANOTHER[what]
    document = json.loads(answer.body)
    document |= {name: value for name in names if name in document}
    return replace(answer, body=json.dumps(document).encode())
