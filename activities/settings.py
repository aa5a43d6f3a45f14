"""How pushes behave: the PUSH_* variables of a worker."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from activities.models import Conduct, Idempotency, Resend
from codat import CodatSettings
from codat.settings import Duration

Pause = Annotated[Duration, Field(gt=timedelta(0), le=timedelta(days=1))]

FIRST_LOOK = timedelta(seconds=4)
"""With 8, 16, 32, 64 s to follow: five looks see all that a minute brings."""

FIRST_LOOK_BESIDE_WEBHOOKS = timedelta(minutes=2)
"""Where Codat reports by itself, looking is for what it forgot to report."""


class PushSettings(BaseSettings):
    """PUSH_* variables; durations in seconds or as ISO 8601 (`PT15M`)."""

    model_config = SettingsConfigDict(env_prefix="PUSH_", frozen=True)

    poll_first: Pause | None = None
    poll_factor: Annotated[float, Field(ge=1, le=10)] = 2.0
    poll_cap: Pause = timedelta(minutes=15)
    find_for: Pause = timedelta(seconds=180)
    resend: Resend = Resend.AUTO

    def conduct(self, codat: CodatSettings) -> Conduct:
        """Give what a push is handed with its first step."""
        usual = FIRST_LOOK_BESIDE_WEBHOOKS if codat.has_webhooks else FIRST_LOOK
        return Conduct(
            **self.model_dump(exclude={"poll_first"}),
            poll_first=self.poll_first or usual,
            idempotency=Idempotency(codat.idempotency),
        )
