"""Where pushes are queued: the PUSH_* variables of every process."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DispatchSettings(BaseSettings):
    """The part of PUSH_* that whoever starts a push must know too."""

    model_config = SettingsConfigDict(env_prefix="PUSH_", frozen=True)

    task_queue: Annotated[str, Field(min_length=1)] = "push"
