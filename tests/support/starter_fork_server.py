"""Starts `starter.py` again and again without importing it again: a process that forks itself.

Each command is a process of its own, with its own arguments, environment, folder and streams. Only
the imports, most of what a start takes, are done once.
"""

import json
import os
import signal
import socket
import sys
import time
from importlib import import_module

from commands.app import COMMANDS, run
from dispatch.process_exit import end_process

_LARGEST_REQUEST = 1 << 20


def main(channel: socket.socket) -> None:
    """Serve until the other end is closed."""
    _import_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, streams, _, _ = socket.recv_fds(channel, _LARGEST_REQUEST, 4)
        if not message:
            return
        if os.fork() == 0:
            channel.close()
            _watch(json.loads(message), streams)
        for stream in streams:
            os.close(stream)


def _import_all() -> None:
    for place, _ in COMMANDS.values():
        import_module(place.partition(":")[0])
    import_module("commands.errors")


def _watch(request, streams) -> None:
    """Run the command in a child, and write its exit status on the last of the streams."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *standard, ended = streams
    child = os.fork()
    if child == 0:
        os.close(ended)
        _become(request, standard)
    for stream in standard:
        os.close(stream)
    _, status = os.waitpid(child, 0)
    os.write(ended, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(request, standard) -> None:
    """Go on as `starter.py` would from its first line."""
    for number, stream in enumerate(standard):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["cwd"])
    sys.argv = request["arguments"]
    end_process(run())


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
