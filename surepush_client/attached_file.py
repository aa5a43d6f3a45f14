"""A file that a push attaches, as its request names it; the content never travels with it."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StrictInt

from surepush_client.wire import Wire

LARGEST_FILE = 25 * 1024 * 1024
"""Bytes of a file, unless `PUSH_LARGEST_FILE` says otherwise."""

MAX_NAME = 255
BINARY = "application/octet-stream"
"""The content type of a file of which nothing is known."""

_CONTENT_TYPE = r"^[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}$"
_NO_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029/\\]")


def _plain_name(name: str) -> str:
    if _NO_NAME.search(name) or name in {".", ".."}:
        raise ValueError("it must be a bare file name, without slashes and control characters")
    return name


class AttachedFile(Wire):
    """A file as a push names it: `size` in bytes, `sha256` in hex, and where its pieces lie.

    `storage` is the name of the storage driver, `pieces` are its claims, in order.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_plain_name)]
    content_type: Annotated[str, Field(pattern=_CONTENT_TYPE)] = BINARY
    size: Annotated[StrictInt, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    storage: str
    pieces: Annotated[list[dict[str, str]], Field(min_length=1)]

    @property
    def facts(self) -> dict[str, Any]:
        """What makes it this file, wherever it lies."""
        return {
            "name": self.name,
            "contentType": self.content_type,
            "size": self.size,
            "sha256": self.sha256,
        }


def not_stored(name: str, content_type: str | None = None) -> AttachedFile:
    """Give a file that is still to be stored, for a request that is checked before."""
    return AttachedFile(
        name=name,
        content_type=content_type or BINARY,
        size=1,
        sha256="0" * 64,
        storage="",
        pieces=[{}],
    )
