"""What is counted of pushes; replay safe, and no commands: history knows nothing of it."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.models import PushOutcome, PushRequest

FINISHED = "push_finished"
TO_OUTCOME = "push_to_outcome"
WAITED = "push_waited"

CAUSES = frozenset(
    {
        "CodatConflict",
        "CodatFailing",
        "CodatKeyReused",
        "CodatLost",
        "CodatThrottled",
        "CodatTooLarge",
        "CodatUnauthorized",
        "CodatUnclear",
        "CodatUnreachable",
        "NotListedYet",
        "NotSent",
    }
)
"""What a push may wait for, besides the platform and finding; all else is `other`."""


def cause_of(kind: str) -> str:
    """Name the trouble by its type, so that there are few names."""
    return kind if kind in CAUSES else "other"


def count_ending(request: PushRequest, outcome: PushOutcome) -> None:
    """Count an ending, and the time from the request to it."""
    meter = workflow.metric_meter().with_additional_attributes({"status": outcome.status.value})
    meter.create_counter(FINISHED, "Pushes that are over.").add(
        1,
        {"data_type": request.data_type.rpartition("/")[2]},  # of bankAccounts/{id}/...
    )
    since = outcome.requested_on_utc or workflow.info().workflow_start_time
    meter.create_histogram_timedelta(TO_OUTCOME, "From the request to the outcome.").record(
        max(workflow.now() - since, timedelta())
    )


def count_wait(cause: str, span: timedelta) -> None:
    """Count a wait that is over; the seconds waited each second are how many pushes wait."""
    meter = workflow.metric_meter()
    meter.create_histogram_timedelta(WAITED, "Waits that are over, by what was waited for.").record(
        max(span, timedelta()), {"cause": cause}
    )
