"""What Codat reports by itself: whether it is genuine, and which operation it is about.

Today's kind is signed (Standard Webhooks); the older rules bear a fixed Authorization header. A
report says no reason and may come late, twice or never: it is a hint to look, no more.
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from pydantic import SecretStr, TypeAdapter
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from codat.lenient import Maybe, UtcDatetime
from codat.reports import ConnectionReport, QuotaReport, ReadReport, read_report
from codat.settings import SettingsError

_UUID = TypeAdapter[UUID | None](Maybe[UUID])
_MOMENT = TypeAdapter[datetime | None](UtcDatetime)

_SIGNATURE = re.compile(r"(?<!\S)v1,[A-Za-z0-9+/]{43}=(?!\S)")
"""HMAC-SHA256, among others that are separated by blanks."""


class NotGenuine(ValueError):
    """Nobody who knows the secret sent this, or long ago; the text says what is wrong."""


@dataclass(frozen=True)
class Event:
    """A report about a push operation; `age` is how old that was when the report was sent.

    `message` is the id of a signed one, the same each time that it is sent.
    """

    operation: UUID
    age: timedelta | None = None
    message: str | None = None


class Webhooks:
    """Reads reports; without secrets none is genuine. Several secrets are separated by blanks.

    Raises SettingsError when a secret is none.
    """

    def __init__(
        self, secret: SecretStr | None = None, authorization: SecretStr | None = None
    ) -> None:
        texts = secret.get_secret_value().split() if secret else []
        self._keys = [_key(text) for text in texts]
        self._authorization = authorization.get_secret_value().encode() if authorization else None

    def read(
        self, body: bytes, headers: Mapping[str, str]
    ) -> Event | ConnectionReport | QuotaReport | ReadReport | None:
        """Read a report; None if it is about something else. NotGenuine."""
        known = {name.lower(): value for name, value in headers.items()}
        if "webhook-signature" in known:
            self._check_signature(body, known)
            document = _members(_document(body))
            return _today(document, known) or read_report(document, known)
        self._check_authorization(known.get("authorization", ""))
        return _older(_members(_document(body)))

    def _check_signature(self, body: bytes, headers: dict[str, str]) -> None:
        reason = "CODAT_WEBHOOK_SECRET is not set"
        # The library gives up at the first entry that is none.
        signatures = _SIGNATURE.findall(headers["webhook-signature"])
        headers = headers | {"webhook-signature": " ".join(signatures)}
        for key in self._keys:
            try:
                key.verify(body, headers, json_parse=False)
            # Malformed headers and bodies surface as whatever broke on them.
            except (WebhookVerificationError, ValueError, OverflowError) as error:
                reason = str(error)
            else:
                return
        raise NotGenuine(f"The signature is not valid: {reason}.")

    def _check_authorization(self, given: str) -> None:
        if self._authorization is None:
            raise NotGenuine("It is not signed, and CODAT_WEBHOOK_AUTHORIZATION is not set.")
        if not hmac.compare_digest(self._authorization, given.encode()):
            raise NotGenuine("It is not signed, and its Authorization is not the one agreed on.")


def signing_key(secret: str) -> Webhook:
    """Read a Standard Webhooks secret; ValueError, which does not quote it.

    The library drops what is not base64 and signs with what is left.
    """
    key = secret.removeprefix("whsec_").rstrip("=")
    try:
        base64.b64decode(f"{key}{'=' * (-len(key) % 4)}", validate=True)
        return Webhook(secret)
    except (ValueError, EmptyWebhookSecretError):
        raise ValueError(
            "it is no Standard Webhooks secret, whsec_ and base64 (with + and /, not - and _)"
        ) from None


def _key(text: str) -> Webhook:
    try:
        return signing_key(text)
    except ValueError as error:
        raise SettingsError(f"CODAT_WEBHOOK_SECRET is wrong: {error}.") from None


def _today(document: dict[str, Any], headers: Mapping[str, str]) -> Event | None:
    sent, message = headers.get("webhook-timestamp", ""), headers.get("webhook-id")
    payload = _members(document.get("payload"))
    is_push = ".write." in str(document.get("eventType", ""))
    operation = _UUID.validate_python(payload.get("id")) if is_push else None
    if operation is None:
        return None
    requested = _MOMENT.validate_python(payload.get("requestedOnDate"))
    if requested is None or not sent.isdecimal():
        return Event(operation, message=message)
    # Both by Codat's clock: ours may be wrong.
    return Event(operation, datetime.fromtimestamp(int(sent), UTC) - requested, message)


def _older(document: dict[str, Any]) -> Event | None:
    data = _members(document.get("data"))
    folded = {name.lower(): value for name, value in data.items()}
    operation = _UUID.validate_python(folded.get("pushoperationkey"))
    return Event(operation) if operation else None


def _document(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _members(value: object) -> dict[str, Any]:
    """Give the members of an object, `Data` as `data`; none of anything else."""
    if not isinstance(value, dict):
        return {}
    members = cast("dict[str, Any]", value)
    return {name[:1].lower() + name[1:]: member for name, member in members.items()}
