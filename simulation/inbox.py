"""The backend's address for notifications: it takes messages, but not always at the first try."""

import asyncio
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr

from activities.notify import NotifyActivities, NotifySettings
from simulation.plan import Item
from surepush_client.models import PushOutcome

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld

_SECRET = SecretStr("whsec_c2ltdWxhdGlvbiBzaW11bGF0aW9uIHNpbXVsYXRpb24=")


class Inbox(httpx.AsyncBaseTransport):
    """What backends were told, by push; `faulty` is the probability that a message meets a fault.

    `is_used`: whether the workers of this run tell backends at all.
    """

    def __init__(self, world: "SimulatedWorld") -> None:
        self._world = world
        self.is_used = world.choices.happens("backends are told of endings", 0.3)
        self.faulty = 0.0
        self.notices: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def activities(self) -> NotifyActivities | None:
        """Give what delivers messages to here; None where backends are not told."""
        if not self.is_used:
            return None
        settings = NotifySettings.model_construct(
            url=httpx.URL("https://backend.example/endings"),
            secret=_SECRET,
            allow_private=True,
        )
        return NotifyActivities(settings, transport=self)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Take a message, lose it, or lose the answer to it."""
        choices = self._world.choices
        await asyncio.sleep(choices.number("way to the backend", 0.005, 0.05))
        fault = ""
        if choices.happens("fault at the backend", self.faulty):
            fault = choices.pick("which fault at the backend", ("lost", "answer lost", "refused"))
        if fault == "lost":
            raise httpx.ConnectError("The backend is down.", request=request)
        if fault == "refused":
            return httpx.Response(503, request=request)
        payload = json.loads(await request.aread())["payload"]
        self.notices[payload["id"]].append(payload)
        if fault == "answer lost":
            raise httpx.ReadError("The connection broke.", request=request)
        return httpx.Response(204, request=request)

    def faults(self, item: Item, last: PushOutcome) -> list[str]:
        """Find a push whose backend was not told its last outcome, which the push itself gave.

        A later look that can't tell more says nothing: the backend knows that much already.
        """
        heard = self.notices[str(item.request.push_id)]
        is_heard = any(
            notice["status"] == last.status and notice["mayStillLand"] == last.may_still_land
            for notice in heard
        )
        if is_heard or not self.is_used or (last.may_still_land and heard):
            return []
        words = [notice["status"] for notice in heard]
        return [f"untold: push {item.number} ended {last.status}, its backend was told {words}"]
