"""Where pushes are queued and lie: the PUSH_* variables of every process."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, DirectoryPath, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from codat.settings import Duration
from surepush_client.attached_file import LARGEST_FILE

_BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
"""What Amazon allows as a bucket's name."""


def _ours(path: Path) -> Path:
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ValueError("we may not read and write there")
    return path


class DispatchSettings(BaseSettings):
    """The PUSH_* variables that every process needs that starts or reads a push."""

    model_config = SettingsConfigDict(
        env_prefix="PUSH_", frozen=True, use_attribute_docstrings=True
    )

    task_queue: Annotated[str, Field(min_length=1)] = "push"
    """Temporal task queue that workers poll and on which pushes start."""

    large_directory: Annotated[
        Annotated[DirectoryPath, AfterValidator(_ours)] | None,
        BeforeValidator(lambda written: written or None),
    ] = None
    """Directory, shared by all processes, for payloads of 256 KB or more. Without it they stay in
    Temporal's history."""

    large_bucket: Annotated[
        Annotated[str, Field(pattern=_BUCKET)] | None,
        BeforeValidator(lambda written: written or None),
    ] = None
    """Bucket of S3, or of what speaks its protocol, for payloads of 256 KB or more, in place of the
    directory; set both while older payloads lie in the directory. `AWS_*` say how to reach it."""

    largest_file: Annotated[int, Field(ge=1, le=350 * 1024 * 1024)] = LARGEST_FILE
    """Bytes that a file to attach may have. Files lie in the directory or the bucket above, and one
    of the two is needed for them."""

    task_timeout: Annotated[
        Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(seconds=120))] | None,
        BeforeValidator(lambda written: written or None),
    ] = None
    """How long a worker may take for one workflow task of a workflow that this process starts."""
