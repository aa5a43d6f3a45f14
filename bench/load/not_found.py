"""Does the time of a 404 tell that another company has a push of that key? Measured, and printed.

`python -m bench.load.not_found [ASKS]`: a dev server, no worker. A company asks for another
company's push and for keys that nobody has, in random order; the times of both are compared by
Mann-Whitney's rank sum. Beyond 4 deviations they tell it. The second row is without the steps in
which a 404 is answered (gateway/owned.py).
"""

import argparse
import asyncio
import math
import random
import shutil
import sys
import time
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

from temporalio.testing import WorkflowEnvironment

from bench.load.gateway import a_request
from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER
from dispatch.pushes import NoSuchPush, start_push
from gateway import owned


def deviations(ones: list[float], others: list[float]) -> float:
    """Say how sure the times tell two equally large sets apart."""
    many, both = len(ones), sorted([(t, True) for t in ones] + [(t, False) for t in others])
    ranks = sum(rank for rank, (_, is_one) in enumerate(both, 1) if is_one)
    mean = many * (2 * many + 1) / 2
    return (ranks - mean) / math.sqrt(many * many * (2 * many + 1) / 12)


async def seconds_of_404(environment: WorkflowEnvironment, company: UUID, key: UUID) -> float:
    """Ask once."""
    begun = time.perf_counter()
    try:
        await owned.OwnedPushes().find(environment.client, company, key)
    except NoSuchPush:
        return time.perf_counter() - begun
    raise AssertionError(f"{key} was found")


async def main(asks: int) -> None:
    """Measure with and without steps, and print."""
    path = shutil.which("temporal", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path, data_converter=CONVERTER, dev_server_log_level="error"
    ) as environment:
        await register_search_attributes(environment.client)
        theirs = (await start_push(environment.client, a_request("theirs"))).push_id
        for what, step in (("as it is", owned.STEP), ("without steps", 1e-6)):
            owned.STEP = step
            times: dict[bool, list[float]] = {True: [], False: []}
            for is_there in random.sample([True, False] * asks, 2 * asks):
                key = theirs if is_there else uuid4()
                times[is_there].append(await seconds_of_404(environment, uuid4(), key))
            there, nowhere = median(times[True]), median(times[False])
            sure = deviations(times[True], times[False])
            print(
                f"{what:14} another's {there * 1000:6.2f} ms   nobody's {nowhere * 1000:6.2f} ms"
                f"   {sure:+5.1f} deviations"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.load.not_found", description=__doc__)
    parser.add_argument("asks", type=int, nargs="?", default=200)
    asyncio.run(main(parser.parse_args().asks))
