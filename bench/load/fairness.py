"""Table 2c, fairness: company A has thousands waiting, B starts one; so many of A's go before it.

`python -m bench.load.fairness [PUSHES]`: all of A's wait for a worker when the first one starts;
once A's are flowing B starts three, one after the other. The server lets companies take turns or
does not, and the worker decides so much at once (slots): what it has taken already goes first.
"""

import argparse
import asyncio
import os
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

from temporalio.client import Client

from activities.settings import PushSettings
from bench.load.bulk import each
from bench.load.metered import server
from bench.tables import table
from codat.client import CodatClient
from codat.settings import CodatSettings
from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER
from dispatch.process.worker_settings import WorkerSettings, options_of
from dispatch.pushes import Push, start_push
from emulator import Emulator, seeds
from emulator.examples import record
from worker import build_worker
from workflows.models import PushRequest

BEGUN = 100
"""So many of A's posts are awaited before each push of B's is started: the worker has its fill."""

TIMES = 3
PROMISED = 20
USUAL = WorkerSettings().workflow_slots
KINDS = (("true", USUAL), ("false", USUAL), ("true", 100), ("false", 100))
GIVEN_UP = 200
"""After so many of A's posts B has waited long enough."""

Turn = tuple[int, float]
"""How many of A's went before B's, and B's seconds."""


async def main(pushes: int) -> bool:
    """Measure; says whether B was among the next 20 of a worker that is told nothing."""
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M}, load {os.getloadavg()[0]:.1f} at the start")
    found = [(*kind, await overtaken(pushes, *kind)) for kind in KINDS]
    heads = (
        "fair server",
        "decisions at once",
        "A's pushes",
        "A's POSTs before B's",
        "B's seconds",
    )
    table("2c. Fairness", heads, [(fair, slots, pushes, *_told(b)) for fair, slots, b in found])
    usual = [turn for _, slots, turns in found if slots == USUAL for turn in turns]
    return all(passed <= PROMISED for passed, _ in usual)


def _told(turns: list[Turn]) -> tuple[str, str]:
    return ", ".join(f"{turn[0]}" for turn in turns), ", ".join(f"{turn[1]:.1f}" for turn in turns)


async def overtaken(pushes: int, fair: str, slots: int) -> list[Turn]:
    """Fill the queue, start a worker, start B's; gives how many went before each, and seconds."""
    async with AsyncExitStack() as stack:
        settings = f"matching.enableFairness={fair}"
        address, _ = await stack.enter_async_context(server([], settings))
        temporal = await Client.connect(address, data_converter=CONVERTER)
        await register_search_attributes(temporal)
        codat = await stack.enter_async_context(Emulator())
        await each(range(pushes), lambda _: _start(temporal, seeds.COMPANY, seeds.PROMPT))
        known = {"api_key": codat.api_key, "base_url": codat.base_url}
        limits = CodatSettings.model_validate(known)
        client = await stack.enter_async_context(CodatClient(limits, transport=codat.transport))
        options = options_of(WorkerSettings(workflow_slots=slots))
        policy = PushSettings().policy(limits)
        await stack.enter_async_context(build_worker(temporal, client, policy, options=options))
        return [await _turn(temporal, codat) for _ in range(TIMES)]


async def _turn(temporal: Client, codat: Emulator) -> Turn:
    """Wait until A's are flowing, start one of B's; gives how many of A's went before it."""
    flowing = _posts(codat, seeds.COMPANY) + BEGUN
    while _posts(codat, seeds.COMPANY) < flowing:  # noqa: ASYNC110, no event
        await asyncio.sleep(0.05)
    before, done = _posts(codat, seeds.COMPANY), _posts(codat, seeds.OTHER_COMPANY)
    began = time.monotonic()
    await _start(temporal, seeds.OTHER_COMPANY, seeds.OTHER_PROMPT)
    while _posts(codat, seeds.OTHER_COMPANY) == done:
        if _posts(codat, seeds.COMPANY) - before > GIVEN_UP:
            break
        await asyncio.sleep(0.05)
    return _before(codat, done) - before, time.monotonic() - began


async def _start(temporal: Client, company: str, connection: str) -> Push:
    request = PushRequest(
        company_id=UUID(company),
        connection_id=UUID(connection),
        data_type="suppliers",
        data=record("suppliers", str(uuid4())[:12]),
    )
    return await start_push(temporal, request)


def _companies(codat: Emulator) -> list[str]:
    """Give the companies of all that was posted, in the order of arrival."""
    return [entry["path"].split("/")[2] for entry in codat.journal() if entry["method"] == "POST"]


def _posts(codat: Emulator, company: str) -> int:
    return _companies(codat).count(str(company))


def _before(codat: Emulator, done: int) -> int:
    """Count A's posts before the one of B's that follows so many of B's; all, if none does."""
    companies = _companies(codat)
    places = [
        place for place, company in enumerate(companies) if company == str(seeds.OTHER_COMPANY)
    ]
    end = places[done] if len(places) > done else len(companies)
    return companies[:end].count(str(seeds.COMPANY))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pushes", type=int, nargs="?", default=5000)
    sys.exit(0 if asyncio.run(main(parser.parse_args().pushes)) else 1)
