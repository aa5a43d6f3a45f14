"""The one file of a multipart request, written to disk as it comes."""

import hashlib
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from enum import Enum, auto
from typing import IO

from gateway.errors import HttpError

PART_NAMES = ("file", "fileName", "requestBody")
"""What Codat's documents and its own clients call the part with the file."""

_BARE, _BARE_NAME = "", "requestBody"
"""The parts of @codat/accounting 0.37: the content, without a name, and the file's name."""

MAX_NAME_BYTES = 1024
MAX_HEADERS = 8 * 1024
"""Bytes of a part's headers."""

_WANTED = "Send the file as multipart/form-data in a part named file, with a file name."


@dataclass(frozen=True)
class Upload:
    """A file as it was sent, without its content."""

    name: str
    content_type: str | None
    sha256: str


class _State(Enum):
    CONTENT = auto()
    HEADERS = auto()
    OVER = auto()


class MultipartFile:
    """Takes a body piece by piece; what is in the part with the file is written to `into`."""

    def __init__(self, content_type: str, into: IO[bytes], largest: int) -> None:
        given = Message()
        given["content-type"] = content_type
        boundary = given.get_param("boundary")
        if given.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
            raise HttpError(415, _WANTED)
        self._delimiter = f"\r\n--{boundary}".encode()
        self._into, self._largest = into, largest
        self._buffer = b"\r\n"  # the first boundary has no line before it
        self._state, self._is_file, self._size = _State.CONTENT, False, 0
        self._digest = hashlib.sha256()
        self._found: Message | None = None
        self._is_name, self._given_name = False, b""

    def feed(self, piece: bytes) -> None:
        """Take the next bytes. Raises: HttpError 400, 413."""
        self._buffer += piece
        while self._take_headers() if self._state is _State.HEADERS else self._take_content():
            pass

    def close(self) -> Upload:
        """Give what was sent. Raises: HttpError 400 without a whole file."""
        name = self._found and (
            self._found.get_filename() or self._given_name.decode(errors="replace") or None
        )
        if self._found is None or self._state is not _State.OVER or not isinstance(name, str):
            raise HttpError(400, _WANTED)
        if not self._size:
            raise HttpError(400, "The file is empty.")
        given = self._found.get_content_type() if self._found["content-type"] else None
        return Upload(name, given, self._digest.hexdigest())

    def _take_content(self) -> bool:
        if self._state is _State.OVER:
            self._buffer = b""
            return False
        end = self._buffer.find(self._delimiter)
        if end < 0:
            keep = len(self._delimiter) - 1
            self._write(self._buffer[:-keep])
            self._buffer = self._buffer[-keep:]
            return False
        after = end + len(self._delimiter)
        mark = self._buffer[after : after + 2]
        if len(mark) < len(b"--"):
            return False
        if mark not in {b"--", b"\r\n"}:
            raise HttpError(400, "The multipart body is broken: a boundary ends oddly.")
        self._write(self._buffer[:end])
        self._buffer = self._buffer[after + 2 :]
        self._state = _State.OVER if mark == b"--" else _State.HEADERS
        return self._state is _State.HEADERS

    def _take_headers(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if len(head) > MAX_HEADERS:
            raise HttpError(400, f"The headers of a part may have at most {MAX_HEADERS} bytes.")
        if not end:
            return False
        part = message_from_string(head.decode(errors="replace"))
        name, is_bare = (
            part.get_param("name", header="content-disposition"),
            not part.get_filename(),
        )
        self._is_file = name == _BARE if is_bare else name in PART_NAMES
        self._is_name = is_bare and name == _BARE_NAME
        if self._is_file and self._found is not None:
            raise HttpError(400, "Send one file, not several.")
        self._found = part if self._is_file else self._found
        self._buffer, self._state = rest, _State.CONTENT
        return True

    def _write(self, content: bytes) -> None:
        if self._is_name:
            self._given_name = (self._given_name + content)[:MAX_NAME_BYTES]
        if not self._is_file:
            return
        self._size += len(content)
        if self._size > self._largest:
            raise HttpError(413, f"The file may have at most {self._largest} bytes.")
        self._digest.update(content)
        self._into.write(content)
