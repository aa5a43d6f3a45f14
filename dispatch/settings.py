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
    """The part of PUSH_* that whoever starts a push must know too.

    `large_directory` is one that all processes share; without it large payloads lie in Temporal.
    `task_timeout` is how long a worker may take for one decision of a workflow (the server's
    default: 10 s, its most: 120 s).
    """

    model_config = SettingsConfigDict(env_prefix="PUSH_", frozen=True)

    task_queue: Annotated[str, Field(min_length=1)] = "push"
    large_directory: Annotated[
        Annotated[DirectoryPath, AfterValidator(_ours)] | None,
        BeforeValidator(lambda written: written or None),
    ] = None
    task_timeout: Annotated[
        Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(seconds=120))] | None,
        BeforeValidator(lambda written: written or None),
    ] = None
