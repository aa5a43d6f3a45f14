"""The servers that the sides stand on: started on free ports, killed, started again, measured."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom

from stack.ports import HOST, Ports
from stack.process import Process, ProcessFailed
from stack.services import emulator_command, environment, temporal_command

READY = {
    "temporal": "Server:",
    "emulator": "emulator ready",
    "postgres": "ready to accept connections",
    "redis": "Ready to accept connections",
}
TRIES = 20
"""PostgreSQL does not start again before the children of its dead self have noticed."""

POSTGRES = ("-c", "fsync=off", "-c", "max_connections=300")
"""As little waiting for the disk as Temporal's dev server does; a killed process loses nothing."""


@dataclass
class Servers:
    """The running servers and their ports."""

    folder: Path
    ports: Ports
    postgres: int
    redis: int
    metrics: int
    running: dict[str, Process] = field(default_factory=dict[str, Process])
    _started: int = 0

    @property
    def emulator(self) -> str:
        """Where the emulator is."""
        return f"http://{HOST}:{self.ports.emulator}"

    def database(self, name: str) -> str:
        """Give the address of a database."""
        return f"postgresql://postgres@{HOST}:{self.postgres}/{name}"

    def command(self, name: str) -> list[str]:
        """Give the command of a server; started again, it goes on where it was."""
        match name:
            case "temporal":
                metrics = ["--metrics-port", str(self.metrics)]
                return temporal_command(self.folder, self.ports) + metrics
            case "emulator":
                return emulator_command(self.folder, self.ports)
            case "postgres":
                where = ["-D", str(self.folder / "postgres"), "-h", HOST, "-p", str(self.postgres)]
                return [*_as_postgres("postgres"), *where, "-k", "", *POSTGRES]
            case _:
                here = ["--bind", HOST, "--port", str(self.redis), "--dir", str(self.folder)]
                return [_found("redis-server"), *here, "--appendonly", "yes"]

    async def start(self, name: str) -> None:
        """Start one and wait until it answers."""
        for left in reversed(range(TRIES)):
            self._started += 1
            log = self.folder / f"{self._started:03}-{name}.log"
            around = environment(self.ports, {"LC_ALL": "C"})
            process = await Process.start(name, self.command(name), around, log)
            try:
                await process.says(READY[name])
            except ProcessFailed:
                await process.kill()
                if not left or name != "postgres":
                    raise
                await asyncio.sleep(0.25)
            else:
                self.running[name] = process
                return

    async def kill(self, name: str) -> None:
        """End one as a power cut would."""
        await self.running.pop(name).kill()

    async def prepare(self) -> None:
        """Make an empty PostgreSQL with a database for each side that needs one."""
        data = self.folder / "postgres"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(data, "postgres", "postgres")
        await _run(*_as_postgres("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N")
        await self.start("postgres")
        where = ("-h", HOST, "-p", str(self.postgres), "-U", "postgres")
        for name in ("dbos", "procrastinate"):
            await _run(_postgres("createdb"), *where, name)


def _postgres(program: str) -> str:
    """Find a program of PostgreSQL, which Debian keeps off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(found[-1]) if found else _found(program)


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise ProcessFailed(f"There is no {program}: apt-get install postgresql redis-server.")
    return path


def _as_postgres(program: str) -> list[str]:
    """Give a command under another user than root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return [_postgres(program)]
    other = ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL"]
    return [_found("setpriv"), *other, _postgres(program)]


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd="/"
    )
    output = (await process.communicate())[0].decode()
    if process.returncode:
        raise ProcessFailed(f"{command[0]} failed: {output}")


@asynccontextmanager
async def running(folder: Path, names: tuple[str, ...] = tuple(READY)) -> AsyncGenerator[Servers]:
    """Bring servers up, and end in the end every one of them."""
    await asyncio.to_thread(folder.chmod, 0o755)  # PostgreSQL's user has to get into it
    postgres, redis, metrics = SystemRandom().sample(range(12_000, 20_000), 3)
    servers = Servers(folder, Ports.free(), postgres, redis, metrics)
    try:
        for name in names:
            await (servers.prepare() if name == "postgres" else servers.start(name))
        yield servers
    finally:
        await asyncio.gather(*(server.stop(grace=3) for server in servers.running.values()))


def processor_seconds(process_id: int) -> float:
    """Give the processor time that a process and its children have taken so far."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if process_id in (int(stat.parent.name), int(fields[1])):
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def memory(process_id: int) -> float:
    """Give the memory that a process holds, in MB."""
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
