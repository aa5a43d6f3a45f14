"""Search further than `make test` does: `python -m tests.model.run rules --mode honoured`.

Minutes to hours; a trace that it prints is a shortest one.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace

from tests.model import one_push, two_pushes
from tests.model.explore import Found
from tests.model.state import POWERS, RULES, SPARING, Setup
from tests.model.two_state import RULES as PAIR_RULES
from tests.model.two_state import SPARING as PAIR_SPARING
from tests.model.two_state import Setup as PairSetup


def main() -> None:
    """Read the command line, search, print."""
    parser = argparse.ArgumentParser(prog="tests/model/run.py", description=__doc__)
    parser.add_argument("what", choices=["holds", "rules", "powers", "misconfigured", "pairs"])
    parser.add_argument("--mode", choices=["ignored", "honoured"], default="ignored")
    parser.add_argument("--echo", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--continues", action="store_true", help="with runs that are continued")
    parser.add_argument("--faults", type=int, default=2)
    parser.add_argument("--doors", type=int, default=2)
    parser.add_argument("--numbers", type=int, default=2)
    parser.add_argument("--pushes", type=int, default=2, help="of pairs: so many at once")
    parser.add_argument("--most", type=int, default=3_000_000, help="states to stop at")
    given = vars(parser.parse_args())
    what, most, pushes = given.pop("what"), given.pop("most"), given.pop("pushes")
    if what == "pairs":
        pair = PairSetup(
            given["mode"], pushes, given["echo"], reads=not given["echo"], faults=given["faults"]
        )
        _pairs(replace(pair, numbers=given["numbers"]), most)
        return
    for name, setup in _setups(what, Setup(**given)):
        began = time.process_time()
        _print(name, one_push.search(setup, most=most), time.process_time() - began)


def _setups(what: str, setup: Setup) -> Iterator[tuple[str, Setup]]:
    match what:
        case "holds":
            yield "all rules", setup
        case "rules":
            for rule in {**RULES, **SPARING}:
                yield f"without {rule}", replace(setup, without=frozenset({rule}))
        case "powers":
            for power in POWERS:
                yield f"power {power}", replace(setup, powers=frozenset({power}))
        case _:
            other = "ignored" if setup.mode == "honoured" else "honoured"
            yield f"set to {setup.mode}, keys {other}", replace(setup, platform=other)


def _pairs(pair: PairSetup, most: int) -> None:
    for without in ((), *((rule,) for rule in {**PAIR_RULES, **PAIR_SPARING})):
        began = time.process_time()
        found = two_pushes.search(replace(pair, without=frozenset(without)), most=most)
        _print(
            f"without {without[0]}" if without else "all rules", found, time.process_time() - began
        )


def _print(name: str, found: Found, seconds: float) -> None:
    extent = "all" if found.is_complete else "not all"
    print(f"{name}: {found.states:,} states, {extent}, {seconds:.0f} s", flush=True)
    for promise, trace in found.broken.items():
        print(f"  BROKEN {promise} ({len(trace)}): " + " > ".join(trace))
    if found.stuck and not found.broken:
        print("  STUCK " + " > ".join(found.stuck))
    for sight in found.seen:
        print(f"  seen: {sight}")
    if not found.broken:
        print("  no promise is broken")


if __name__ == "__main__":
    main()
