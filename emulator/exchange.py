"""One request on its way through the faults: what becomes of it and of its answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from starlette.types import Receive, Send

from emulator import idempotency, routes
from emulator.call import Call
from emulator.clock import http_date, seconds
from emulator.errors import EmulatedResponse, refusal
from emulator.faults import OPERATION_FAULTS, REQUEST_FAULTS, Rule
from emulator.foreign import about_another, page
from emulator.late import is_awaited, postpone
from emulator.limits import EmulatedLimits
from emulator.webhooks.delivery import WebhookDelivery
from emulator.wire import ClientConnection
from emulator.world import World

_REFUSALS = {
    "unauthorized": 401,
    "payment-required": 402,
    "forbidden": 403,
    "not-found": 404,
    "conflict": 409,
    "error-before-commit": 500,
}
_DROPPED = "dropped"


@dataclass
class Exchange:
    """A request that was read, and the ways to answer it."""

    world: World
    limits: EmulatedLimits
    courier: WebhookDelivery
    call: Call
    number: int
    receive: Receive
    send: Send
    wire: ClientConnection
    shapes: list[Rule] = field(default_factory=list[Rule])

    async def run(self) -> None:
        """Answer the request, or let a fault have it."""
        call, faults = self.call, self.world.faults
        fates = faults.strike(REQUEST_FAULTS, call.method, call.path, call.connection)
        key = routes.remembered_key(self.world, call)
        if key is not None and (key in self.world.in_flight or is_awaited(self.world, key)):
            await self.reply(idempotency.in_flight())
            return
        with _flying(self.world, key):
            if fates:
                await _FATES[fates[0].fault](self, fates[0])
            else:
                await self._answer_plainly()

    async def _answer_plainly(self) -> None:
        answer = self.answer()
        if self.hurried:
            await self.courier.flush()
        await self.reply(answer)

    @property
    def hurried(self) -> bool:
        """Whether the webhook goes out before the answer."""
        return any(rule.fault == "webhook-before-answer" for rule in self.shapes)

    def answer(self, instead: int | None = None) -> EmulatedResponse:
        """Do what the request asks; its effects are committed when this returns."""
        call = self.call
        self.shapes = self.world.faults.strike(
            OPERATION_FAULTS, call.method, call.path, call.connection
        )
        return routes.answer(self.world, call, self.shapes, instead)

    async def reply(self, answer: EmulatedResponse, did: str | None = None) -> None:
        """Send a whole answer."""
        self.note(did or answer.did, answer.operation, str(answer.status))
        await self.start(answer)
        await self.send({"type": "http.response.body", "body": answer.body})

    async def start(self, answer: EmulatedResponse) -> None:
        """Send status and headers."""
        now = self.world.clock.now()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "content-length": str(len(answer.body)),
            "date": http_date(now),
            **self.limits.headers(now),
            **answer.headers,
        }
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": answer.status, "headers": raw})

    async def drop(self, did: str, operation: str | None = None) -> None:
        """Break the connection off without an answer."""
        self.note(did, operation, _DROPPED)
        self.wire.cut()
        await self.gone()

    async def gone(self, within: float | None = None) -> bool:
        """Wait until the client has left; False if it is still there after so many seconds."""
        try:
            async with asyncio.timeout(within):
                while (await self.receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return False
        return True

    def note(self, did: str, operation: str | None, status: str) -> None:
        """Complete the journal's entry."""
        self.world.journal.answer(self.number, did, operation, status)


class _flying:  # noqa: N801  # reads as a with statement
    def __init__(self, world: World, key: str | None) -> None:
        self._keys, self._key = world.in_flight, key

    def __enter__(self) -> None:
        if self._key is not None:
            self._keys.add(self._key)

    def __exit__(self, *_: object) -> None:
        if self._key is not None:
            self._keys.discard(self._key)


async def _refuse(exchange: Exchange, rule: Rule) -> None:
    exchange.note(f"faulted: {rule.fault}", None, _DROPPED)
    exchange.wire.refuse(rule.parameters.get("seconds", 1))
    await exchange.gone()


async def _drop(exchange: Exchange, rule: Rule) -> None:
    await exchange.drop(f"faulted: {rule.fault}")


async def _commit_then_drop(exchange: Exchange, rule: Rule) -> None:
    await exchange.drop(f"faulted: {rule.fault}", exchange.answer().operation)


async def _commit_then_5xx(exchange: Exchange, rule: Rule) -> None:
    answer = exchange.answer(instead=rule.parameters.get("status", 500))
    await exchange.reply(answer, f"faulted: {rule.fault}")


async def _hang(exchange: Exchange, rule: Rule) -> None:
    did = f"faulted: {rule.fault}"
    answer = exchange.answer() if rule.parameters.get("committed", True) else None
    operation = answer.operation if answer else None
    exchange.world.journal.mark(exchange.number, did, operation)
    exchange.wire.stall(rule.parameters.get("seconds"))
    if await exchange.gone(rule.parameters.get("seconds")):
        exchange.note(did, operation, "hanging")
        return
    await exchange.reply(answer or exchange.answer(), did)


async def _slow_body(exchange: Exchange, rule: Rule) -> None:
    answer = exchange.answer()
    exchange.note(f"faulted: {rule.fault}", answer.operation, str(answer.status))
    await exchange.start(answer)
    pieces = 10
    size = len(answer.body) // pieces + 1
    for begin in range(0, len(answer.body), size):
        await asyncio.sleep(rule.parameters.get("seconds", 1) / pieces)
        piece = answer.body[begin : begin + size]
        await exchange.send({"type": "http.response.body", "body": piece, "more_body": True})
    await exchange.send({"type": "http.response.body"})


async def _cut_body(exchange: Exchange, rule: Rule) -> None:
    answer = exchange.answer()
    exchange.note(f"faulted: {rule.fault}", answer.operation, str(answer.status))
    await exchange.start(answer)
    half = answer.body[: len(answer.body) // 2]
    await exchange.send({"type": "http.response.body", "body": half, "more_body": True})
    await asyncio.sleep(0.05)  # so that the first half leaves before the connection goes
    exchange.wire.cut()
    await exchange.gone()


async def _wrong_json(exchange: Exchange, rule: Rule) -> None:
    answer = exchange.answer()
    text = rule.parameters.get("text")
    body = answer.body[:-2] if text is None else str(text).encode()
    await exchange.reply(replace(answer, body=body), f"faulted: {rule.fault}")


async def _throttle(exchange: Exchange, rule: Rule) -> None:
    wait = rule.parameters.get("retry_after", 1)
    headers = {"retry-after": str(wait)}
    if rule.parameters.get("as", "seconds") == "date":
        headers = {"retry-after": http_date(exchange.world.clock.now() + seconds(wait))}
    await exchange.reply(refusal(429, headers=headers), f"faulted: {rule.fault}")


async def _error(exchange: Exchange, rule: Rule) -> None:
    """Refuse before anything is written; as documented, such answers are kept for their key."""
    world, call = exchange.world, exchange.call
    answer = refusal(rule.parameters.get("status", _REFUSALS[rule.fault]))
    key = routes.remembered_key(world, call)
    if key is not None and rule.parameters.get("kept", True):
        idempotency.keep(world.store, key, routes.fingerprint(call), answer, world.clock.now())
    await exchange.reply(answer, f"faulted: {rule.fault}")


async def _processed_late(exchange: Exchange, rule: Rule) -> None:
    did = f"faulted: {rule.fault}"
    exchange.world.journal.mark(exchange.number, did)
    exchange.wire.stall(None)
    try:
        await exchange.gone()
    finally:
        postpone(exchange.world, exchange.call, exchange.number, rule.parameters.get("seconds", 5))
        exchange.note(did, None, "hanging")


async def _proxy_page(exchange: Exchange, rule: Rule) -> None:
    """Let a proxy answer in the API's place, which has done the work and kept its own answer."""
    answer = page(rule.parameters.get("status", 403))
    committed = rule.parameters.get("committed", True)
    operation = exchange.answer().operation if committed else None
    await exchange.reply(replace(answer, operation=operation), f"faulted: {rule.fault}")


async def _about_another(exchange: Exchange, rule: Rule) -> None:
    answer = about_another(exchange.answer(), rule.parameters.get("what", "company"))
    await exchange.reply(answer, f"faulted: {rule.fault}")


_FATES: Mapping[str, Callable[[Exchange, Rule], Awaitable[None]]] = {
    "refuse": _refuse,
    "drop-before-commit": _drop,
    "commit-then-drop": _commit_then_drop,
    "commit-then-5xx": _commit_then_5xx,
    "hang": _hang,
    "slow-body": _slow_body,
    "cut-body": _cut_body,
    "wrong-json": _wrong_json,
    "throttle": _throttle,
    "processed-late": _processed_late,
    "proxy-page": _proxy_page,
    "answer-about-another": _about_another,
    **dict.fromkeys(_REFUSALS, _error),
}
