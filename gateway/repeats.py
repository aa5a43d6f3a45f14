"""Keys made for requests without one, kept for a repeat while no answer has arrived.

Clients that know no Idempotency-Key repeat a request whose answer they missed. The repeat takes
the key that was made for the request before, so that both start the same push.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from uuid import uuid4

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from gateway.auth import ApiKey
from gateway.errors import Json

KEPT_FOR = 120.0
"""Seconds; between two attempts the most patient of Codat's clients waits for one minute."""

MAX_KEPT = 10_000
"""Keys for each caller; the oldest are forgotten first."""

Clock = Callable[[], float]


class UndeliveredKeys:
    """The keys of this process whose callers may not know of them."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._callers: dict[ApiKey, _CallerKeys] = {}

    def key_for(self, caller: ApiKey, fingerprint: bytes, *, recognize: bool) -> "MadeKey":
        """Give the key of an equal request that was not answered, once; a new one otherwise."""
        keys = self._callers.setdefault(caller, _CallerKeys(self._clock))
        known = keys.take(fingerprint) if recognize else None
        key = known or str(uuid4())
        return MadeKey(key, partial(keys.keep, fingerprint, key), is_repeat=known is not None)


class _CallerKeys:
    """The kept keys of one caller, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._by_request: dict[bytes, deque[str]] = {}

    def take(self, fingerprint: bytes) -> str | None:
        self._forget(MAX_KEPT)
        keys = self._by_request.get(fingerprint)
        return self._remove(keys[0]) if keys else None

    def keep(self, fingerprint: bytes, key: str) -> None:
        self._forget(MAX_KEPT - 1)
        self._kept[key] = (fingerprint, self._clock() + KEPT_FOR)
        self._by_request.setdefault(fingerprint, deque()).append(key)

    def _forget(self, most: int) -> None:
        while self._kept:
            oldest, (_, until) = next(iter(self._kept.items()))
            if len(self._kept) <= most and until > self._clock():
                return
            self._remove(oldest)

    def _remove(self, key: str) -> str:
        fingerprint, _ = self._kept.pop(key)
        keys = self._by_request[fingerprint]
        keys.remove(key)
        if not keys:
            del self._by_request[fingerprint]
        return key


class MadeKey:
    """A key that was made here; `is_repeat`: for an earlier request, whose answer was missed."""

    def __init__(self, key: str, keep: Callable[[], None], *, is_repeat: bool) -> None:
        self.key = key
        self.is_repeat = is_repeat
        self._keep = keep
        self._is_kept = False

    def keep(self) -> None:
        """Keep the key for a repeat, as this request's answer does not arrive."""
        if not self._is_kept:
            self._is_kept = True
            self._keep()

    @asynccontextmanager
    async def kept_on_failure(self, receive: Receive) -> AsyncGenerator[None]:
        """Keep the key when the block fails, and as soon as the caller hangs up."""
        watching = asyncio.create_task(self._keep_on_disconnect(receive))
        try:
            yield
        except BaseException:
            self.keep()
            raise
        finally:
            watching.cancel()

    async def _keep_on_disconnect(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.keep()


class MadeKeyAnswer(Json):
    """An answer under a made key, which is kept when nobody is there to take the answer."""

    def __init__(self, content: object, made: MadeKey, headers: dict[str, str]) -> None:
        super().__init__(content, headers=headers)
        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        try:
            if await Request(scope, receive).is_disconnected():
                self._made.keep()
            await super().__call__(scope, receive, send)
        except BaseException:
            self._made.keep()
            raise


async def fingerprint_of(http: Request, body: bytes | None = None) -> bytes:
    """Give what two equal requests have in common: SHA-256 of method, path, query and body.

    `body` stands for a body that was not kept.
    """
    where: list[bytes] = [http.method.encode(), http.scope["raw_path"], http.scope["query_string"]]
    digest = hashlib.sha256()
    for part in (*where, await http.body() if body is None else body):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()
