"""Table 2c, fairness: company A has thousands waiting, B starts one; so many of A's go before it.

`python bench/fairness.py [PUSHES]`: all of A's wait for a worker when the first one starts. The
server lets companies take turns or does not, and the worker does so much at once (slots): what it
has taken already goes first.
"""

import argparse
import asyncio
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID, uuid4

sys.path[0] = str(Path(__file__).parents[1])  # instead of this folder: bench/emulator.py hides ours

from temporalio.client import Client  # noqa: E402

from activities.settings import PushSettings  # noqa: E402
from bench.bulk import each  # noqa: E402
from bench.metered import server  # noqa: E402
from bench.tables import table  # noqa: E402
from codat import CodatClient, CodatSettings  # noqa: E402
from dispatch.connection import register_search_attributes  # noqa: E402
from dispatch.converter import CONVERTER  # noqa: E402
from dispatch.pushes import Push, start_push  # noqa: E402
from dispatch.workers import WorkerSettings, options_of  # noqa: E402
from emulator import Emulator, seeds  # noqa: E402
from emulator.examples import record  # noqa: E402
from worker import build_worker  # noqa: E402
from workflows.models import PushRequest  # noqa: E402

BEGUN = 20
"""So many of A's posts are awaited before B's push is started."""

PROMISED = 20
KINDS = (("true", 20), ("true", 100), ("false", 100))
GIVEN_UP = 100
"""After so many of A's posts B has waited long enough."""


async def main(pushes: int) -> bool:
    """Measure; says whether B was among the next 20 where companies take turns, with few slots."""
    rows = [(*one, pushes, *await overtaken(pushes, *one)) for one in KINDS]
    heads = ("fair server", "slots", "A's pushes", "A's POSTs before B's", "B's seconds")
    table("2c. Fairness", heads, rows)
    return rows[0][3].isdigit() and int(rows[0][3]) <= PROMISED


async def overtaken(pushes: int, fair: str, slots: int) -> tuple[str, str]:
    """Fill the queue, start a worker, start B's; gives how many went before it, and the seconds."""
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
        options = options_of(WorkerSettings(activity_slots=slots, workflow_slots=slots))
        conduct = PushSettings().conduct(limits)
        await stack.enter_async_context(build_worker(temporal, client, conduct, options=options))
        while _posts(codat, seeds.COMPANY) < BEGUN:  # noqa: ASYNC110, no event
            await asyncio.sleep(0.05)
        before, began = _posts(codat, seeds.COMPANY), time.monotonic()
        await _start(temporal, seeds.OTHER_COMPANY, seeds.OTHER_PROMPT)
        while not _posts(codat, seeds.OTHER_COMPANY):
            if _posts(codat, seeds.COMPANY) - before > GIVEN_UP:
                return f"more than {GIVEN_UP}", f"more than {time.monotonic() - began:.0f}"
            await asyncio.sleep(0.05)
        return f"{_before(codat) - before}", f"{time.monotonic() - began:.1f}"


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
    return [one["path"].split("/")[2] for one in codat.journal() if one["method"] == "POST"]


def _posts(codat: Emulator, company: str) -> int:
    return _companies(codat).count(str(company))


def _before(codat: Emulator) -> int:
    return _companies(codat).index(str(seeds.OTHER_COMPANY))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pushes", type=int, nargs="?", default=5000)
    sys.exit(0 if asyncio.run(main(parser.parse_args().pushes)) else 1)
