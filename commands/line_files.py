"""Files that lines of `push-all` attach: found beside the lines, stored when their push starts."""

import hashlib
import mimetypes
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client

from codat.kinds import PushKind
from dispatch.attachments import fields_of, with_file
from dispatch.settings import DispatchSettings
from surepush_client.attached_file import BINARY
from surepush_client.files import NO_STORAGE, PIECE, WrongFile, check_size
from workflows.models import PushRequest


@dataclass(frozen=True)
class LineFile:
    """A file of this machine that a line names."""

    path: Path

    async def stored(self, client: Client, request: PushRequest) -> PushRequest:
        """Store it for the push. Raises: WrongFile, ValueError where it is not what was read."""
        try:
            with self.path.open("rb") as source:
                kept = await with_file(client, request, source)
        except OSError as error:
            raise _unreadable(self.path, error) from None
        if kept.digest != request.digest:
            raise ValueError(f"file: {self.path} changed while it was read: run it again.")
        return kept


def named_file(given: Mapping[str, Any], folder: Path) -> LineFile | None:
    """Give the file that a line names by a path, from the folder of the lines; None without."""
    if given.get("kind") != PushKind.ATTACH or not isinstance(given.get("file"), str):
        return None
    return LineFile(folder / given["file"])


def with_facts(given: Mapping[str, Any], file: LineFile) -> dict[str, Any]:
    """Put name, type, size and SHA-256 in the place of the path. Raises: ValueError, WrongFile."""
    fields, path, settings = dict(given), file.path, DispatchSettings()
    if not (settings.large_directory or settings.large_bucket):
        raise WrongFile(NO_STORAGE)
    content_type = fields.pop("contentType", None) or mimetypes.guess_type(path.name)[0] or BINARY
    try:
        size, digest = _measured(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    check_size(path.name, size, settings.largest_file)
    named = fields_of(path.name, content_type)
    return fields | named | {"file": named["file"] | {"size": size, "sha256": digest}}


def _measured(path: Path) -> tuple[int, str]:
    """Read size and SHA-256; nothing that would hold up the reader, such as a pipe, is opened."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError("it is no file")
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while piece := source.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def _unreadable(path: Path, error: Exception) -> ValueError:
    why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return ValueError(f"file: {path} can't be read: {why}.")
