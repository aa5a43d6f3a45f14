"""`python dev.py up` from another directory: it says where it is, and leaves nothing behind."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import asdict

import httpx
import pytest

from stack.ports import Ports
from stack.process import ROOT
from tests.support.eventually import eventually


@asynccontextmanager
async def dev(cwd, ports):
    options = [f"--{name}-port={port}" for name, port in asdict(ports).items()]
    command = (sys.executable, str(ROOT / "dev.py"), "up", "--folder", str(cwd / "dev"), *options)
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def said(process, words):
    async with asyncio.timeout(40):
        while words not in (line := (await process.stdout.readline()).decode()):
            assert line, await complaint_of(process)
    return line


async def complaint_of(process):
    return (await process.stderr.read()).decode()


async def begun(ports):
    return is_open(ports.emulator)


def listening(ports):
    return [is_open(port) for port in (ports.ui, ports.emulator, ports.gateway)]


def is_open(port):
    try:
        httpx.get(f"http://127.0.0.1:{port}/", trust_env=False, timeout=2)
    except httpx.ConnectError:
        return False
    return True


@pytest.mark.timeout(120)
async def test_the_stack_comes_up_and_ends_on_ctrl_c(tmp_path):
    ports = Ports.free()
    async with dev(tmp_path, ports) as process:
        form = (await said(process, "/new")).strip()
        shown = httpx.get(form, trust_env=False)
        await said(process, "Ctrl-C")
        up = listening(ports)
        process.send_signal(signal.SIGINT)

        assert (0, [True] * 3) == (await process.wait(), up)
    assert "New push of suppliers" in shown.text
    assert [False] * 3 == listening(ports)


@pytest.mark.timeout(120)
async def test_the_stack_ends_when_one_of_its_processes_does(tmp_path):
    ports = Ports.free()
    async with dev(tmp_path, ports) as process:
        worker = int((await said(process, "worker")).split()[-1].strip("()"))
        os.kill(worker, signal.SIGKILL)
        complaint = await complaint_of(process)

        assert 1 == await process.wait()
    assert complaint.startswith("worker 1 has ended by itself (exit code -9)")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of the death")
async def test_a_stack_that_is_killed_takes_its_processes_along(tmp_path):
    ports = Ports.free()
    async with dev(tmp_path, ports) as process:
        await eventually(lambda: begun(ports))
        process.kill()
        await process.wait()

        async def ended():
            return not any(listening(ports))

        await eventually(ended)


async def test_a_port_that_is_taken_is_named(stack, tmp_path):
    async with dev(tmp_path, stack.ports) as process:
        complaint = await complaint_of(process)

        assert 1 == await process.wait()
    assert complaint.startswith(f"Port {stack.ports.temporal} is taken")


async def test_nothing_is_left_of_a_stack_interrupted_while_starting(tmp_path):
    ports = Ports.free()
    async with dev(tmp_path, ports) as process:
        await eventually(lambda: begun(ports))
        process.send_signal(signal.SIGTERM)
        await process.wait()
    assert [False] * 3 == listening(ports)
