"""The ports of a stack: free, and not those that the system gives to others meanwhile."""

import socket
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from stack.ports import HOST, Ports
from stack.process import ProcessFailed

GIVEN_BY_THE_SYSTEM = Path("/proc/sys/net/ipv4/ip_local_port_range")


@pytest.mark.skipif(not GIVEN_BY_THE_SYSTEM.exists(), reason="only Linux says which it gives")
def test_free_ports_are_none_that_the_system_gives_to_others():
    first, last = map(int, GIVEN_BY_THE_SYSTEM.read_text().split())
    ports = {port for _ in range(20) for port in astuple(Ports.free())}

    assert set() == ports & set(range(first, last + 1))


def test_a_port_that_is_taken_is_not_free(monkeypatch):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        held = taken.getsockname()[1]
        monkeypatch.setattr("stack.ports.FREE", [held, *astuple(Ports.free())])

        assert held not in astuple(Ports.free())


def test_a_taken_port_is_named_with_its_option():
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ProcessFailed, match=f"Port {port} is taken.*--emulator-port"):
            replace(Ports.free(), emulator=port).check()
