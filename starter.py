"""The command line of Surepush, for backends and operators: `python starter.py --help`."""

from commands.app import run
from dispatch.process_exit import end_process

if __name__ == "__main__":
    end_process(run())
