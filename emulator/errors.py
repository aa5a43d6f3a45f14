"""The API's error answers."""

import json
from dataclasses import dataclass, field

from emulator import machine


@dataclass(frozen=True)
class EmulatedResponse:
    """An HTTP answer, and what was done for the journal."""

    status: int
    body: bytes
    did: str
    operation: str | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])


class EmulatedError(Exception):
    """The request ends in an error answer."""

    def __init__(self, status: int, error: str, *, service: str = "PublicApi") -> None:
        super().__init__(error)
        self.status = status
        self.service = service

    def answer(self) -> EmulatedResponse:
        """Give the answer that says so."""
        return refusal(self.status, str(self), service=self.service)


_SENTENCES = {
    401: "Unauthorized",
    402: "The plan of this client does not include the requested feature.",
    403: "The API key is outdated or does not belong to the requested resource.",
    404: "The requested resource was not found.",
    409: "The request cannot be processed yet; ask again later.",
    429: "Too many requests in a given amount of time; please retry later.",
    500: "There is a problem with the server. Please try again later.",
    503: "The API is offline for maintenance. Please try again later.",
}


def refusal(
    status: int,
    error: str | None = None,
    *,
    service: str = "PublicApi",
    headers: dict[str, str] | None = None,
    did: str | None = None,
) -> EmulatedResponse:
    """Build an error answer."""
    sentence = error or _SENTENCES.get(status, "The request could not be processed.")
    document = {
        "statusCode": status,
        "service": service,
        "error": sentence,
        "correlationId": machine.new_token(),
        "canBeRetried": "Unknown",
        "detailedErrorCode": 0,
    }
    body = json.dumps(document).encode()
    return EmulatedResponse(status, body, did or f"refused: {sentence}", None, headers or {})
