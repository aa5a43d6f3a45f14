"""An ASGI app on a port of the system's choice, in this process."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp


class _Quiet(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the tests."""
        yield


@asynccontextmanager
async def served(app: ASGIApp, http: Any = "h11") -> AsyncIterator[str]:
    """Serve the app for the length of a block; gives its address."""
    server = _Quiet(
        uvicorn.Config(
            app,
            port=0,
            ws="none",
            lifespan="off",
            log_config=None,
            timeout_keep_alive=75,
            http=http,
        )
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), await serving
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
