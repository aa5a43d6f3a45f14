"""Who gets webhooks: consumers of today's kind, and rules of the older kind."""

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from emulator import machine
from emulator.call import Call
from emulator.errors import EmulatedError, EmulatedResponse
from emulator.store import JsonObject, Row
from emulator.world import World

CONSUMER = "consumer"
RULE = "rule"


@dataclass(frozen=True)
class Subscriber:
    """One address that wants to hear about some events."""

    id: str
    kind: str
    url: str
    secret: str
    document: JsonObject

    def wants(self, event: str, company: str) -> bool:
        """Whether an event of a company is for this subscriber."""
        if self.document.get("disabled"):
            return False
        only = self.document.get("companyId")
        if only is not None and only.lower() != company:
            return False
        if self.kind == RULE:
            return True
        wanted = self.document.get("eventTypes") or ["*"]
        return any(fnmatch.fnmatchcase(event, pattern) for pattern in wanted)


def answer(world: World, call: Call) -> EmulatedResponse:
    """Answer `/webhooks` and `/rules`."""
    kind = CONSUMER if call.steps[0] == "webhooks" else RULE
    match call.method, call.steps[1:]:
        case "GET", []:
            return _given(
                [
                    subscriber.document
                    for subscriber in subscribers(world)
                    if subscriber.kind == kind
                ],
                kind,
            )
        case "GET", [wanted]:
            return _reply(_find(world, wanted, kind).document, "read consumer")
        case "POST", []:
            return _reply(_subscribe(world, kind, _document(call)), "created consumer", 201)
        case "DELETE", [wanted]:
            _find(world, wanted, kind)
            world.store.run("DELETE FROM consumers WHERE id = ?", wanted)
            return EmulatedResponse(204, b"", "deleted consumer")
        case _:
            raise EmulatedError(404, "No such resource.")


def subscribers(world: World) -> list[Subscriber]:
    """Give all consumers and rules."""
    return [_subscriber(row) for row in world.store.all("SELECT * FROM consumers ORDER BY rowid")]


def _subscribe(world: World, kind: str, given: JsonObject) -> JsonObject:
    url = given.get("url")
    if kind == RULE:
        notifiers: JsonObject = given.get("notifiers") or {}
        url = notifiers.get("webhook")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise EmulatedError(400, "A webhook needs an http or https address.")
    document = {"id": str(machine.new_uuid()), **{k: v for k, v in given.items() if v is not None}}
    world.store.insert(
        "consumers",
        id=document["id"],
        kind=kind,
        url=url,
        secret=world.settings.webhook_secret if kind == CONSUMER else world.settings.rule_header,
        document=json.dumps(document),
    )
    return document


def _find(world: World, wanted: str, kind: str) -> Subscriber:
    row = world.store.one("SELECT * FROM consumers WHERE id = ? AND kind = ?", wanted, kind)
    if row is None:
        raise EmulatedError(404, f"No webhook {wanted}")
    return _subscriber(row)


def _subscriber(row: Row) -> Subscriber:
    document = json.loads(row["document"])
    return Subscriber(row["id"], row["kind"], row["url"], row["secret"], document)


def _document(call: Call) -> JsonObject:
    try:
        document: Any = json.loads(call.body)
    except ValueError as error:
        raise EmulatedError(400, "The body is not valid JSON.") from error
    if not isinstance(document, Mapping):
        raise EmulatedError(400, "The body is not an object.")
    return dict(cast(Mapping[str, Any], document))


def _given(documents: list[JsonObject], kind: str) -> EmulatedResponse:
    listed: JsonObject = {"results": documents}
    if kind == RULE:
        links = {"self": {"href": "/rules"}, "current": {"href": "/rules?page=1&pageSize=100"}}
        listed |= {"pageNumber": 1, "pageSize": 100, "totalResults": len(documents)}
        listed["_links"] = links
    return _reply(listed, "listed consumers")


def _reply(document: JsonObject, did: str, status: int = 200) -> EmulatedResponse:
    return EmulatedResponse(status, json.dumps(document).encode(), did)
