"""The command line of Surepush, for backends and operators: `python starter.py --help`."""

import os
import sys

from commands.app import run

if __name__ == "__main__":
    code = run()
    sys.stdout.flush()
    sys.stderr.flush()
    # Leaving the long way, the SDK's threads sometimes abort the process: sdk-python#300.
    os._exit(code)
