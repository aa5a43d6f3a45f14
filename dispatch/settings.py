"""Where pushes are queued and lie: the PUSH_* variables of every process."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, DirectoryPath, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from codat.settings import Duration


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

    task_timeout: Annotated[
        Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(seconds=120))] | None,
        BeforeValidator(lambda written: written or None),
    ] = None
    """How long a worker may take for one workflow task of a workflow that this process starts."""
