"""What a push of unclear ending may have written, as `show` tells it."""

import asyncio
from collections.abc import Sequence

from activities.candidate_records import CandidateRecord
from codat.client import CodatClient
from codat.settings import SettingsError, load_settings
from commands.output import print_note, print_result
from dispatch.candidates import read_candidates
from dispatch.timeline.timeline import Timeline

WITHIN = 15.0
"""Seconds that Codat has to answer in; `show` goes on without it."""


async def candidates_of(timeline: Timeline) -> list[CandidateRecord]:
    """Ask Codat for the records that a push may have written; without an answer say why."""
    if timeline.outcome is None or not timeline.outcome.candidates:
        return []
    try:
        async with asyncio.timeout(WITHIN), CodatClient(load_settings()) as codat:
            return await read_candidates(codat, timeline.request, timeline.outcome)
    except SettingsError as error:
        print_note(f"The records that it might be are not shown: {error}")
    except TimeoutError:
        print_note("The records that it might be are not shown: Codat did not answer in time.")
    return []


def say_candidates(candidates: Sequence[CandidateRecord]) -> None:
    """Print each operation that may be ours, and in what its record differs."""
    if candidates:
        print_result("\nwhat it might be", style="bold")
    for candidate in candidates:
        record = f", record {candidate.record_id}" if candidate.record_id else ""
        source = f", as the {candidate.source} show it" if candidate.source == "books" else ""
        print_result(
            f"  operation {candidate.push_operation_key}, {candidate.status}{record}{source}"
        )
        if candidate.hindrance:
            print_result(f"    {candidate.hindrance}")
        elif not candidate.differences:
            print_result("    all that was sent stands there unchanged")
        for field in candidate.differences:
            print_result(f"    {field.sentence}")
        if candidate.more:
            print_result(f"    and {candidate.more} more fields")
