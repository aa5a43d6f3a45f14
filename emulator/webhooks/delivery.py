"""Delivering webhooks: signed, repeated on the documented schedule, or spoilt on demand."""

import asyncio
import json
from collections import defaultdict
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook

from emulator import machine
from emulator.clock import TICKS_PER_SECOND, timestamp
from emulator.store import Row
from emulator.webhooks.announcements import announce_due
from emulator.webhooks.consumers import RULE, Subscriber, subscribers
from emulator.world import World

_PATIENCE = 15.0
"""Real seconds that a consumer has to answer."""
_PAUSES = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
"""Seconds of the clock before attempts 2 to 8: twenty-eight hours in all."""
_FORGED_SECRET = "whsec_Zm9yZ2VkIGZvcmdlZCBmb3JnZWQgZm9yZ2Vk"  # noqa: S105  # of nobody


class WebhookDelivery:
    """Announces the ends of operations and delivers what is due."""

    def __init__(self, world: World, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._world = world
        self._transport = transport
        self._opened: httpx.AsyncClient | None = None
        self._busy = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections to the consumers."""
        if self._opened is not None:
            await self._opened.aclose()

    @property
    def _client(self) -> httpx.AsyncClient:
        # Only now: an emulator without consumers shall not pay for a TLS context.
        if self._opened is None:
            self._opened = httpx.AsyncClient(
                transport=self._transport, timeout=_PATIENCE, trust_env=False
            )
        return self._opened

    async def flush(self) -> None:
        """Announce and deliver all that is due at this moment."""
        async with self._busy:
            announce_due(self._world)
            while rows := self._due():
                by_consumer: defaultdict[str, list[Row]] = defaultdict(list)
                for row in rows:
                    by_consumer[row["consumer"]].append(row)
                await asyncio.gather(*map(self._deliver_all, by_consumer.values()))

    def next_due(self) -> int | None:
        """Give the tick at which there is something to do next."""
        row = self._world.store.one(
            "SELECT min(at) AS at FROM (SELECT min(announce) AS at FROM operations"
            " WHERE announce IS NOT NULL UNION ALL SELECT min(due) FROM deliveries"
            " WHERE due IS NOT NULL UNION ALL SELECT min(due) FROM late UNION ALL"
            " SELECT min(announce) FROM refreshes WHERE announce IS NOT NULL UNION ALL"
            " SELECT min(finishes) FROM operations WHERE syncs IS NOT NULL)"
        )
        return None if row is None else row["at"]

    def _due(self) -> list[Row]:
        return self._world.store.all(
            "SELECT * FROM deliveries WHERE due <= ? ORDER BY due, seq", self._world.clock.now()
        )

    async def _deliver_all(self, rows: list[Row]) -> None:
        known = {subscriber.id: subscriber for subscriber in subscribers(self._world)}
        for row in rows:
            to = known.get(row["consumer"])
            answer = "consumer deleted" if to is None else await self._deliver(row, to)
            self._settle(row, answer)

    async def _deliver(self, row: Row, to: Subscriber) -> str:
        headers = {"content-type": "application/json", "user-agent": "emulator"}
        if to.kind == RULE:
            headers["authorization"] = "Bearer forged" if row["forged"] else to.secret
        else:
            headers |= _signed(row, _FORGED_SECRET if row["forged"] else to.secret)
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self._client.post(to.url, content=row["body"], headers=headers)
        except (httpx.HTTPError, TimeoutError) as error:
            return type(error).__name__
        return str(answer.status_code)

    def _settle(self, row: Row, answer: str) -> None:
        attempt: int = row["attempt"] + 1
        now = self._world.clock.now()
        answers = [*json.loads(row["answers"]), {"at": timestamp(now), "answer": answer}]
        due: int | None = None
        state = "delivered"
        if not answer.startswith("2"):
            again = attempt <= len(_PAUSES) and answer != "consumer deleted"
            due = now + _PAUSES[attempt - 1] * TICKS_PER_SECOND if again else None
            state = "waiting" if again else "given up"
        self._world.store.run(
            "UPDATE deliveries SET due = ?, attempt = ?, state = ?, answers = ? WHERE seq = ?",
            *(due, attempt, state, json.dumps(answers), row["seq"]),
        )


def _signed(row: Row, secret: str) -> dict[str, str]:
    # Receivers hold the time against their own clock, so this is the machine's, not the emulator's.
    sent = datetime.fromtimestamp(machine.time_ns() // 1000 / 1e6, UTC)
    return {
        "webhook-id": row["message"],
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Webhook(secret).sign(row["message"], sent, row["body"]),
    }
