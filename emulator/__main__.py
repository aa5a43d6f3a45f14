"""`python -m emulator`: a stand-in for Codat's push API, with faults on demand."""

import argparse
import sqlite3
import textwrap

from emulator import seeds
from emulator.faults import OPERATION_FAULTS, REQUEST_FAULTS, WEBHOOK_FAULTS
from emulator.server import Server
from emulator.world import World

_CONNECTIONS = ("PROMPT", "SLOW", "SYNCHRONOUS", "REFUSING", "OFFLINE", "SHAKY")
_AFTER = """\
The API key goes base64-encoded into "Authorization: Basic ...".

company     {company}
{connections}

controls, under /_emulator/, no key needed:
  GET  connections    PUT connections/ID   delay, spread, synchronous, offline, window, throttled,
                                           refusing, answer, echo_data, stubborn,
                                           offers, rewrites, refresh_seconds,
                                           refresh_status, unreadable, refuses_reads,
                                           syncs_after_push
  GET  settings       PUT settings         idempotency, echo_data, rules, limits, fields, ...
  GET  faults         POST faults          {{"fault": NAME, "method", "path", "connection", "nth",
                      DELETE faults[/ID]    "times", "probability", "seed", ... its own}}
  GET  clock          PUT clock            {{"speed": 60}}
                      POST clock/advance   {{"seconds": 60}}
  GET  journal?since=N&method=POST&wait=S  every request and what was done with it
  GET  ledger         GET invariants       what was written, and what was written twice
  GET  records        POST, PUT, DELETE    the software's own books, and what people do there
  GET  refreshes      POST refreshes       refreshes of Codat's cache
  GET  webhooks       GET health           consumers and deliveries; whether it is up
                      POST seeds           more companies, records, operations
                      POST reset           the world as it began

faults: {faults}

emulator/README.md has worked examples and says what each fault does.
"""


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description=__doc__,
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one and prints it")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--database", help="SQLite file to keep everything in; default: memory")
    parser.add_argument("--speed", type=float, default=1.0, help="60: a minute in a second")
    parser.add_argument("--api-key", default=seeds.API_KEY, help="the key to ask for (%(default)s)")
    given = parser.parse_args()
    try:
        world = World(given.database, speed=given.speed, api_key=given.api_key)
    except sqlite3.Error as error:
        parser.exit(1, f"cannot keep anything in {given.database}: {error}\n")
    except ValueError as error:
        parser.error(str(error))
    try:
        Server(world, given.host, given.port).run()
    except OSError as error:
        parser.exit(1, f"cannot listen on {given.host}:{given.port}: {error.strerror}\n")
    finally:
        world.close()


def _epilog() -> str:
    lines = [f"connection  {getattr(seeds, name)} {name}" for name in _CONNECTIONS]
    names = ", ".join((*REQUEST_FAULTS, *OPERATION_FAULTS, *WEBHOOK_FAULTS))
    return _AFTER.format(
        company=seeds.COMPANY,
        connections="\n".join(lines),
        faults=textwrap.fill(names, 88, subsequent_indent="  ", break_on_hyphens=False),
    )


if __name__ == "__main__":
    main()
