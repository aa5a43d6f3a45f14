"""Pushes while all dies, freezes, is cut off and answers wrongly, and people press every door.

It starts real processes on this machine, prints the seed and the script, and compares in the end
what the books hold with what each push says. Exit code 1: something was written twice, lost or
told wrongly, or a fault happened too seldom for the run to count.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from bench.chaos import endings, report
from bench.chaos.books import EmulatorClient
from bench.chaos.cluster import opened
from bench.chaos.disasters import DISASTERS
from bench.chaos.evidence import Evidence
from bench.chaos.faults import rules, webhook_rules
from bench.chaos.front_door import backend
from bench.chaos.later_kinds import later_items, stock
from bench.chaos.plan import Plan, make_plan
from bench.chaos.plan_verdict import show
from bench.chaos.plans import ChaosPlans
from bench.chaos.sides import Ours, Plain, Side
from bench.chaos.storm import ChaosRun
from bench.chaos.verdict import judge_ours, judge_plain
from bench.chaos.wanted import Wanted
from stack.ports import HOST, Ports
from stack.signals import until_signal

MAX_CALM = 90
"""Seconds after the last disaster in which the platform misbehaves on."""

MAX_WAIT = 420
"""Seconds after the storm in which every push has to end."""

LOOKS = 2
"""How often pushes in doubt are looked at again in the end, where records are read."""

MAX_PLAIN = 150
"""Seconds more for a plain push: the longest pause of the default retries is 100 s."""


async def run(plan: Plan, folder: Path) -> int:
    """Run a plan, print what came of it, give the exit code."""
    wanted = plan.wanted
    report.announce(plan)
    async with (
        opened(wanted, folder) as cluster,
        EmulatorClient(cluster.stack.ports.emulator) as books,
        backend(wanted, cluster.stack.ports) as door,
    ):
        ours = Ours(cluster.client, wanted.patience, door)
        plain = Plain(cluster.client, wanted.patience) if wanted.plain else None
        sides: list[Side] = [ours, plain] if plain else [ours]
        await _prepare(books, sides, wanted, cluster.stack.ports)
        await stock(books, ours, plan.items)
        for side in sides:
            await books.misbehave(rules(wanted, side.name))
        plans = ChaosPlans(cluster.client, wanted, ours.name)
        await plans.prepare(books)
        storm = ChaosRun(plan, cluster, sides)
        began = time.monotonic()
        await asyncio.gather(storm.run(), plans.run())
        print(f"\nthe storm took {time.monotonic() - began:.0f} s", flush=True)
        await storm.calm(MAX_CALM)
        in_force = await books.behave()
        looks = LOOKS if wanted.read_records else 0
        reports = asyncio.create_task(plans.ended(MAX_WAIT))
        ended = await endings.of_ours(ours, plan.items, MAX_WAIT, looks=looks)
        print(f"all had ended after {time.monotonic() - began:.0f} s")
        others = await endings.of_plain(plain, plan.items, MAX_PLAIN) if plain else []
        planned = await reports
        await books.land()
        evidence = Evidence(
            ended, await books.journal(ours.name), await books.ledger(ours.name), in_force
        )
        verdicts = {"ours": judge_ours(wanted, evidence)}
        if plain:
            verdicts["plain"] = judge_plain(others, await books.ledger(plain.name))
        of_plans = await plans.judge(planned, books)
    if door:
        print(f"\nthrough the front door: {door.started} started, {door.put_off} times put off")
    return report.whole(plan, storm, evidence, verdicts) | show(of_plans)


async def _prepare(books: EmulatorClient, sides: list[Side], wanted: Wanted, ports: Ports) -> None:
    # The platforms' rules are off, so that a second record is written, not refused by its number.
    await books.settings(idempotency=wanted.mode, echo_data=wanted.echo, rules="off")
    for side in sides:
        await books.open(side.name, rewrite=wanted.rewrite)
    if wanted.has_webhooks:
        await books.report(sides[0].name, f"http://{HOST}:{ports.gateway}/webhooks/codat")
        await books.misbehave(webhook_rules(wanted))


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--pushes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", choices=["honoured", "ignored"], default="honoured")
    parser.add_argument("--echo", action=argparse.BooleanOptionalAction, default=False)
    parser.add_argument("--rewrite", action="store_true", help="show what platforms made of it")
    parser.add_argument("--read-records", action="store_true", help="read records as proof")
    parser.add_argument(
        "--later-kinds",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="deletes and files, too, a quarter as many as records",
    )
    parser.add_argument("--plain", action="store_true", help="a plain workflow beside ours")
    parser.add_argument("--brief", action="store_true", help="the short form: half a minute")
    parser.add_argument("--outage", type=float, default=0, help="only 5xx, for so many seconds")
    parser.add_argument("--only", choices=DISASTERS, help="this disaster alone", metavar="DISASTER")
    parser.add_argument("--folder", type=Path, help="keep databases and logs there")
    given = vars(parser.parse_args())
    folder = given.pop("folder")
    if given["rewrite"] and not (given["echo"] or given["read_records"]):
        parser.error("--rewrite needs --echo or --read-records: without them nothing is shown")
    if given["read_records"] and given["plain"]:
        parser.error("--plain goes without --read-records: near-twins have no marker of their own")
    wanted = Wanted(**given)
    plan = make_plan(wanted, later_items(wanted))
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=quiet)))
    with tempfile.TemporaryDirectory(prefix="surepush-chaos-") as other:
        sys.exit(asyncio.run(until_signal(run(plan, folder or Path(other)))))


if __name__ == "__main__":
    main()
