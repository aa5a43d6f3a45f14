"""`python -m emulator`: a stand-in for Codat's push API, with faults on demand."""

import argparse

from emulator import seeds
from emulator.server import Server
from emulator.world import World

_AFTER = """\
The API is served as documented; the key goes base64-encoded into Authorization: Basic.
Companies and connections that exist from the start are listed in emulator/seeds.py.
"""


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description=__doc__,
        epilog=_AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one and prints it")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--database", help="SQLite file to keep everything in; default: memory")
    parser.add_argument("--speed", type=float, default=1.0, help="60: a minute in a second")
    parser.add_argument("--api-key", default=seeds.API_KEY, help="the key to ask for (%(default)s)")
    given = parser.parse_args()
    world = World(given.database, speed=given.speed, api_key=given.api_key)
    server = Server(world, given.host, given.port)
    try:
        server.run()
    finally:
        world.close()


if __name__ == "__main__":
    main()
