"""How pushes behave: the PUSH_* variables of a worker."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from activities.models import Conduct, Idempotency, Resend
from codat import CodatSettings

Pause = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=1))]


class PushSettings(BaseSettings):
    """PUSH_* variables; durations in seconds or as ISO 8601 (`PT15M`)."""

    model_config = SettingsConfigDict(env_prefix="PUSH_", frozen=True)

    poll_first: Pause = timedelta(seconds=2)
    poll_factor: Annotated[float, Field(ge=1, le=10)] = 2.0
    poll_cap: Pause = timedelta(minutes=15)
    find_for: Pause = timedelta(seconds=180)
    resend: Resend = Resend.AUTO

    def conduct(self, codat: CodatSettings) -> Conduct:
        """Give what a push is handed with its first step."""
        return Conduct(**self.model_dump(), idempotency=Idempotency(codat.idempotency))
