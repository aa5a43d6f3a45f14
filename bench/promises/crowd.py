"""Two hundred pushes of one company at once, pending for 60 s: requests a push."""

import asyncio

from bench.promises.builds import Bench
from bench.promises.table import Promise, Row

PUSHES = 200
PENDING, QUICK = 60, 10


async def measure(bench: Bench) -> list[Row]:
    """Give the row."""
    pending = QUICK if bench.quick else PENDING
    async with bench.running("crowd", "older", "now") as builds:
        paths = [await build.open("crowd", delay=pending) for build in builds]
        waves = await asyncio.gather(
            *(build.push("crowd", path, PUSHES) for build, path in zip(builds, paths, strict=True))
        )
    requests = {
        build.name: [wave.requests / PUSHES] for build, wave in zip(builds, waves, strict=True)
    }
    return [Row("crowd of 200 in one company: requests a push", requests, Promise(1.3), 2)]
