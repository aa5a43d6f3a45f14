"""Who gets Codat's webhooks: the consumers of the account that the API key belongs to.

Source: docs.codat.io/using-the-api/webhooks, contract section 10.
"""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import httpx
from pydantic import ValidationError

from codat import exact_json
from codat.lenient import LenientModel, Objects, Text
from codat.responses import CodatResponse
from codat.target import segment

BuildRequest = Callable[..., httpx.Request]
SendRequest = Callable[[UUID, httpx.Request], Awaitable[CodatResponse]]

NO_COMPANY = UUID(int=0)
"""Requests for the whole account are counted under this."""


class WebhookConsumer(LenientModel):
    """An address that is told of events; without event types of all, without tags of all companies.

    Deployments write event types and tags as lists of texts.
    """

    id: str
    url: Text = None
    event_types: list[str] = []
    company_tags: list[str] = []


class _Consumers(LenientModel):
    results: Objects[WebhookConsumer] = []


class CodatConsumers:
    """Lists, adds and removes consumers; each method sends one request. Raises: CodatError."""

    def __init__(self, build: BuildRequest, send: SendRequest) -> None:
        self._build = build
        self._send = send

    async def list(self) -> Sequence[WebhookConsumer]:
        """Give all consumers."""
        answer = await self._send(NO_COMPANY, self._build("GET", "/webhooks"))
        try:
            return _Consumers.model_validate(answer.document()).results
        except ValidationError as error:
            raise answer.unusable("no list of webhook consumers") from error

    async def add(
        self, url: str, event_types: Sequence[str], company_tags: Sequence[str] = ()
    ) -> WebhookConsumer:
        """Have Codat tell an address of these events, of companies with these tags or of all."""
        wanted: dict[str, object] = {"url": url, "eventTypes": list(event_types)}
        if company_tags:
            wanted["companyTags"] = list(company_tags)
        body = exact_json.dumps(wanted).encode()
        answer = await self._send(NO_COMPANY, self._build("POST", "/webhooks", body))
        try:
            return WebhookConsumer.model_validate(answer.document())
        except ValidationError as error:
            raise answer.unusable("no webhook consumer") from error

    async def remove(self, consumer_id: str) -> None:
        """Remove a consumer. Raises: CodatNotFound where there is none."""
        request = self._build("DELETE", f"/webhooks/{segment(consumer_id)}")
        (await self._send(NO_COMPANY, request)).check()
