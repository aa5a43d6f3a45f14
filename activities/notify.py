"""Telling a backend how a push ended: signed, over https, to a public address."""

import json
from datetime import timedelta
from typing import Annotated, Self

import httpx
from pydantic import AfterValidator, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.notification import Notice
from activities.public_address import NotPublic, pinned
from activities.server_time import ServerTime
from codat.webhooks import signing_key

ANSWER_WITHIN = timedelta(seconds=15)


def _usable(secret: SecretStr) -> SecretStr:
    signing_key(secret.get_secret_value())
    return secret


class NotifySettings(BaseSettings):
    """PUSH_NOTIFY_* variables: where endings are reported, and the secret that signs them."""

    model_config = SettingsConfigDict(
        env_prefix="PUSH_NOTIFY_",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    url: HttpUrl | None = None
    """Endpoint of your backend that gets a message for every push that ends; https and a public
    address. Without it there are no messages. See [gateway.md](gateway.md)."""

    secret: Annotated[SecretStr, AfterValidator(_usable)] | None = None
    """Secret that signs these messages (Standard Webhooks). `PUSH_NOTIFY_URL` needs it."""

    allow_private: bool = False
    """Also allows http and private addresses in `PUSH_NOTIFY_URL`."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.url and self.secret is None:
            raise ValueError("PUSH_NOTIFY_URL needs PUSH_NOTIFY_SECRET, which signs the messages")
        if self.url and self.url.scheme != "https" and not self.allow_private:
            raise ValueError("PUSH_NOTIFY_URL must be https, or set PUSH_NOTIFY_ALLOW_PRIVATE")
        return self


NOBODY = NotifySettings.model_construct()
"""Settings of a worker that tells no backend."""


class NotifyActivities:
    """Delivers messages; every attempt looks anew where the address leads."""

    def __init__(
        self, settings: NotifySettings, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._transport = transport

    @activity.defn(name="notify")
    async def notify(self, notice: Notice) -> bool:
        """Deliver one message; False when nobody is to be told; else a failure to try again."""
        url, secret = self._settings.url, self._settings.secret
        if url is None or secret is None:
            return False
        body = json.dumps(notice.model_dump(mode="json", by_alias=True, exclude_none=True))
        now = ServerTime().now()
        signature = signing_key(secret.get_secret_value()).sign(notice.id, now, body)
        headers = {
            "content-type": "application/json",
            "webhook-id": notice.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        status = await self._deliver(str(url), body, headers)
        if not httpx.codes.is_success(status):
            raise _undelivered(f"The backend answered {status}.")
        return True

    async def _deliver(self, url: str, body: str, headers: dict[str, str]) -> int:
        # A client a message: messages are few, and no connection leads where it did yesterday.
        async with httpx.AsyncClient(
            transport=self._transport, timeout=ANSWER_WITHIN.total_seconds(), trust_env=False
        ) as http:
            try:
                request = http.build_request("POST", url, content=body, headers=headers)
                if not self._settings.allow_private:
                    await pinned(request)
                answer = await http.send(request, stream=True)
                await answer.aclose()
            except (NotPublic, OSError, httpx.HTTPError) as error:
                raise _undelivered(f"The backend was not reached: {error!r}.") from error
        return answer.status_code


def _undelivered(message: str) -> ApplicationError:
    return ApplicationError(message, type="Undelivered", category=ApplicationErrorCategory.BENIGN)
