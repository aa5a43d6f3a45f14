"""`webhooks`: register, list and remove the consumers of Codat's webhooks."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from codat.client import CodatClient
from codat.consumers import WebhookConsumer
from codat.errors import CodatNotFound
from codat.models import DATA_TYPES
from codat.settings import load_settings
from commands.exit_codes import STARTED, WRONG_INPUT, CommandError
from commands.output import print_json, print_result
from commands.push import Json

EVENTS = (
    *(f"{name}.write.{end}" for name in DATA_TYPES for end in ("successful", "unsuccessful")),
    "read.completed",
    "connection.disconnected",
    "connection.reconnected",
    "client.rateLimit.reached",
    "client.rateLimit.reset",
)
"""All that the front door makes use of."""

_FEW = 3


def register(
    url: Annotated[str, typer.Argument(help="The front door's /webhooks/codat, as Codat sees it.")],
    tag: Annotated[
        list[str] | None, typer.Option(help="Only of companies with this tag; repeatable.")
    ] = None,
    *,
    as_json: Json = False,
) -> int:
    """Have Codat report pushes, connections and its quota to the front door.

    An address that is registered is left as it is.

    Example: python starter.py webhooks register https://push.example.com/webhooks/codat
    """
    if not url.startswith(("https://", "http://")):
        raise CommandError("URL must begin with https:// or http://.", WRONG_INPUT)
    consumer, is_new = asyncio.run(_register(url, tag or []))
    if as_json:
        print_json({**_plain(consumer), "isNew": is_new})
        return STARTED
    print_result(f"{'registered' if is_new else 'registered before'}: {_line(consumer)}")
    print_result("next: set CODAT_WEBHOOK_SECRET to the secret that Codat's portal shows for it")
    print_result(f"then: GET {url} counts the reports that arrive")
    return STARTED


def list_(*, as_json: Json = False) -> int:
    """List the webhook consumers that Codat has.

    Example: python starter.py webhooks list
    """
    found = asyncio.run(_list())
    if as_json:
        print_json({"consumers": [_plain(consumer) for consumer in found]})
        return STARTED
    for consumer in found:
        print_result(_line(consumer))
    print_result(f"{len(found)} consumer{'s' * (len(found) != 1)}")
    return STARTED


def remove(consumer_id: Annotated[str, typer.Argument(help="As `list` prints it.")]) -> int:
    """Remove a webhook consumer: Codat sends it nothing more.

    Example: python starter.py webhooks remove ID
    """
    asyncio.run(_remove(consumer_id))
    print_result(f"removed: {consumer_id}")
    return STARTED


def build_webhooks() -> typer.Typer:
    """Put the commands of `webhooks` together."""
    webhooks = typer.Typer()
    webhooks.command()(register)
    webhooks.command("list")(list_)
    webhooks.command()(remove)
    return webhooks


async def _register(url: str, tags: list[str]) -> tuple[WebhookConsumer, bool]:
    async with CodatClient(load_settings()) as codat:
        for consumer in await codat.consumers.list():
            if consumer.url == url and sorted(consumer.company_tags) == sorted(tags):
                return consumer, False
        return await codat.consumers.add(url, EVENTS, tags), True


async def _list() -> Sequence[WebhookConsumer]:
    async with CodatClient(load_settings()) as codat:
        return await codat.consumers.list()


async def _remove(consumer_id: str) -> None:
    async with CodatClient(load_settings()) as codat:
        try:
            await codat.consumers.remove(consumer_id)
        except CodatNotFound:
            raise CommandError(f"Codat has no webhook {consumer_id}.", WRONG_INPUT) from None


def _line(consumer: WebhookConsumer) -> str:
    events = ", ".join(consumer.event_types[:_FEW]) or "all events"
    more = len(consumer.event_types) - _FEW
    of = f", of companies with {', '.join(consumer.company_tags)}" if consumer.company_tags else ""
    return f"{consumer.id}  {consumer.url}  {events}{f' and {more} more' if more > 0 else ''}{of}"


def _plain(consumer: WebhookConsumer) -> dict[str, object]:
    return consumer.model_dump(by_alias=True)
