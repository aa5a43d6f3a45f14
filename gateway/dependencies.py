"""What the front door is put together from."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from opentelemetry.trace import Tracer
from temporalio.client import Client
from temporalio.common import MetricMeter

from codat.quota import DailyQuota
from codat.reads import CodatReads
from codat.validation.cache import OptionsCache
from codat.webhooks import Webhooks
from gateway.book_records import BookRecords
from gateway.directory import Directory
from gateway.endings import Endings
from gateway.owned import OwnedPushes
from gateway.references import References
from gateway.repeats import UndeliveredKeys
from gateway.run_requests import RunRequests
from gateway.second_person import FirstWords
from gateway.settings import GatewaySettings


@dataclass(frozen=True)
class Dependencies:
    """Temporal, the shelf of options, settings, what tells Codat's reports from forged ones.

    `owned` knows whose pushes are, `requests` what runs were asked, `undelivered` has the keys
    that were made for requests whose answers were missed, `first_words` what a second person has
    to confirm.
    `reads` has the records that updates are compared with; None where nothing is read.
    `directory` has the names of companies, `references` what forms offer from the books, `books`
    the records there.
    `endings` has how runs ended, `quota` tells the day's requests that are left.
    `closing` is set when streams have to end; what is counted goes to `meter`,
    what is traced to `tracer`.
    """

    temporal: Client
    options: OptionsCache
    settings: GatewaySettings
    task_queue: str = "push"
    webhooks: Webhooks = field(default_factory=Webhooks)
    owned: OwnedPushes = field(default_factory=OwnedPushes)
    requests: RunRequests = field(default_factory=RunRequests)
    first_words: FirstWords = field(default_factory=FirstWords)
    undelivered: UndeliveredKeys = field(default_factory=UndeliveredKeys)
    reads: CodatReads | None = None
    quota: Callable[[], DailyQuota] = DailyQuota
    tell_quota: Callable[[DailyQuota], None] = lambda _: None
    directory: Directory = field(default_factory=Directory)
    books: BookRecords = field(default_factory=BookRecords)
    references: References = field(default_factory=References)
    endings: Endings = field(default_factory=Endings)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    meter: MetricMeter = MetricMeter.noop
    tracer: Tracer | None = None
