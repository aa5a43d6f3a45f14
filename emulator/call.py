"""One request as the emulator reads it."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, unquote

_CONNECTION = 3
_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Call:
    """A request whose body has been read; `path` is as it came over the wire."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    at: int | None = None
    """The tick at which it is processed, if that is not now."""

    @cached_property
    def steps(self) -> list[str]:
        """The segments of the path, each decoded by itself."""
        return [unquote(step) for step in self.path.strip("/").split("/")]

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The query, the last of each name."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @cached_property
    def text(self) -> str:
        """The body; UnicodeDecodeError where it is no UTF-8."""
        return self.body.decode("utf-8-sig")

    @property
    def connection(self) -> str | None:
        """The connection that the path names, if it names one."""
        steps = self.steps
        named = len(steps) > _CONNECTION and steps[2] == "connections"
        return steps[_CONNECTION].lower() if named else None

    @property
    def company(self) -> str | None:
        """The company that the path names, if it names one."""
        steps = self.steps
        return steps[1].lower() if len(steps) > 1 and steps[0] == "companies" else None

    @property
    def idempotency_key(self) -> str | None:
        """The key that makes a POST repeatable; other methods have none."""
        return self.headers.get("idempotency-key") if self.method == "POST" else None


def positive(written: str) -> int | None:
    """Read a positive whole number of 32 bits; None for anything else."""
    if not written.isdecimal() or len(written) > len(str(_LARGEST)):
        return None
    return int(written) if 0 < int(written) <= _LARGEST else None
