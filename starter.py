"""The command line of Surepush, for backends and operators: `python starter.py --help`."""

import os
import sys

from commands.app import run

if __name__ == "__main__":
    code = run()
    sys.stdout.flush()
    sys.stderr.flush()
    # The exit code is a promise, and the SDK's threads may abort a process that ends the long
    # way (sdk-python#300).
    os._exit(code)
