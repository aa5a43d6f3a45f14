"""What one client may ask of Codat at a time, a minute and a day; nobody waits in here.

Codat allows ten requests at once per company, a thousand a minute per address and a number a day
(`X-Rate-Limit-*`), and says `Retry-After` when that was too much. A call without a permit is not
sent: it is told when its turn in its company's line comes.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from codat.clock import monotonic
from codat.errors import NotSent
from codat.quota import DailyQuota
from codat.responses import CodatResponse
from codat.shares import DayShares

BURST = 0.1
"""The part of a minute's requests that may go at once; the rest follows evenly."""

SHORTEST_WAIT = 0.5
MAX_WAIT = 3600.0
"""Whoever has to wait for longer asks again: a platform may recover early."""

DEFAULT_PATIENCE = 1.0
RESERVE = 5.0
"""The part of a burst (1/5) that a company with a line leaves to those that have none."""


MAX_COMPANIES = 1000


@dataclass
class _CompanyLine:
    """A company's calls: under way, and when the next one that waits may come; seconds."""

    under_way: int = 0
    turn: float = 0.0
    pace: float = 0.1
    closed: dict[bool, float] = field(default_factory=dict[bool, float])


class RequestLimits:
    """Permits for calls; `clock` gives seconds."""

    def __init__(
        self,
        at_once: int,
        per_minute: int,
        *,
        company_share: float = 1.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._at_once = at_once
        self._clock = clock
        self._lines: dict[UUID | None, _CompanyLine] = {}
        self._burst = max(1.0, BURST * per_minute)
        self._rate = max(per_minute - self._burst, 1) / 60
        self._left, self._filled = self._burst, clock()
        self._told, self._told_until = DailyQuota(), clock()
        self._shares = DayShares(company_share, clock)

    @property
    def allowance(self) -> DailyQuota:
        """What was told last of the day's requests; nothing is known of a new day."""
        return self._told if self._clock() < self._told_until else DailyQuota()

    @allowance.setter
    def allowance(self, quota: DailyQuota) -> None:
        self._told, self._told_until = quota, self._clock() + quota.until_reset.total_seconds()

    def note_allowance(self, quota: DailyQuota) -> None:
        """Note what a report of Codat's says of the day's requests."""
        self.allowance = quota

    @contextmanager
    def hold(self, company: UUID | None, *, writes: bool) -> Generator[None]:
        """Let a call through, or raise NotSent with the time after which its turn comes."""
        line = self._lines.setdefault(company, _CompanyLine())
        if self._shares.is_spent(company, self.allowance):
            why = "this company has had its share of the day's requests (CODAT_COMPANY_SHARE)"
            raise _not_sent(why, min(self._shares.until_reset, MAX_WAIT))
        self._admit(line, writes=writes)
        self._shares.count(company)
        line.under_way += 1
        begun = self._clock()
        try:
            yield
        finally:
            line.under_way -= 1
            line.pace += (self._clock() - begun - line.pace) / 8
            self._forget()

    def learn(self, company: UUID | None, answer: CodatResponse, *, writes: bool) -> None:
        """Note what an answer says of the limits."""
        quota = DailyQuota.read(answer)
        if quota:
            self.allowance = quota
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            patience = answer.retry_after or timedelta(seconds=DEFAULT_PATIENCE)
        elif answer.status == HTTPStatus.SERVICE_UNAVAILABLE and answer.retry_after:
            patience = answer.retry_after
        else:
            return
        until = self._clock() + patience.total_seconds()
        # The day's limit is everybody's; other 429s are the company's own.
        is_spent = quota is not None and quota.remaining <= 0
        for whose in (None, company) if is_spent else (company,):
            line = self._lines.setdefault(whose, _CompanyLine())
            line.closed[writes] = max(line.closed.get(writes, 0.0), until)

    def _admit(self, line: _CompanyLine, *, writes: bool) -> None:
        now = self._clock()
        self._fill(now)
        shared = self._lines.get(None)
        until = max(queue.closed.get(writes, 0.0) for queue in (line, shared or line))
        if until > now:
            raise self._when_open(line, now, until)
        if line.under_way >= self._at_once:
            raise self._later(line, now, f"{line.under_way} requests of this company are under way")
        needed = 1 + (self._burst / RESERVE if line.turn > now + SHORTEST_WAIT else 0)
        if self._left < min(needed, self._burst):
            raise self._later(line, now, "this minute's requests are used up")
        self._left -= 1

    def _when_open(self, line: _CompanyLine, now: float, until: float) -> NotSent:
        """Give a turn after that, once it is near: whoever asks again till then takes no place."""
        why = "Codat told us to slow down"
        if until - now > MAX_WAIT:
            return _not_sent(why, MAX_WAIT)
        line.turn = max(line.turn, until)
        return self._later(line, now, why)

    def _later(self, line: _CompanyLine, now: float, why: str) -> NotSent:
        waiting = sum(queue.turn > now for queue in self._lines.values()) or 1
        line.turn = max(line.turn, now) + max(waiting / self._rate, line.pace / self._at_once)
        return _not_sent(why, max(line.turn - now, SHORTEST_WAIT))

    def _fill(self, now: float) -> None:
        self._left = min(self._left + (now - self._filled) * self._rate, self._burst)
        self._filled = now

    def _forget(self) -> None:
        """Drop companies that neither ask nor wait."""
        if len(self._lines) > MAX_COMPANIES:
            now = self._clock()
            self._lines = {
                company: line
                for company, line in self._lines.items()
                if line.under_way or max(line.turn, *line.closed.values()) > now
            }


def _not_sent(why: str, seconds: float) -> NotSent:
    return NotSent(
        f"Not sent yet: {why}; its turn comes in {seconds:.0f} s.",
        retry_after=timedelta(seconds=seconds),
    )
