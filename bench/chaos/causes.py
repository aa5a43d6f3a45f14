"""Why a push ended Unknown, by the journal, and whether that is within the bounds."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from temporalio.api.enums.v1 import EventType

from bench.chaos.books import JournalEntry
from bench.chaos.evidence import Case
from bench.chaos.wanted import Wanted


class Cause(StrEnum):
    """What left no proof."""

    FAILING = "5xx after the commit"
    FAILING_AGAIN = "5xx to a request sent again, the first committed"
    REFUSED_AGAIN = "401 to a request sent again, the first committed"
    PAGE_AGAIN = "a proxy's page to a request sent again, the first committed"
    BLOCKED = "twice a proxy's page, and nothing committed"
    OVERTAKEN = "a later update of the same record"
    UNPROVEN = "an operation that failed without proof"
    LOST = "answer lost after the commit"
    UPDATE = "answer of an update lost after the commit"
    NEIGHBOUR_FAILING = "a neighbour's 5xx after the commit"
    NEIGHBOUR_LOST = "a neighbour's answer lost after the commit"
    NEIGHBOUR_ENDED = "a neighbour that ended without its answer"
    NAMELESS = "a refused or unread delete or file, of which the list names no record"
    TWINS = "equal twins"
    OFFLINE = "the software is offline, so that it can't be read"
    HUMBLE = "refused, after an earlier number was judged not written by looking"
    CANCELLED = "cancelled before it was clear"
    ENDED = "ended from outside, and not asked for again"
    OTHER = "nothing that excuses it"

    def is_excused(self, wanted: Wanted) -> bool:
        """Tell whether the API left no proof in this mode, so that Unknown is honest."""
        if self in _ALWAYS:
            return True
        if wanted.echo and not wanted.rewrite:
            return False
        if self in _EVEN_HONOURED:
            return True
        return wanted.mode == "ignored" and self in (Cause.LOST, Cause.NEIGHBOUR_LOST)


_ALWAYS = (
    Cause.TWINS,
    Cause.OFFLINE,
    Cause.NAMELESS,
    Cause.OVERTAKEN,
    Cause.HUMBLE,
    Cause.CANCELLED,
    Cause.ENDED,
    Cause.BLOCKED,
    Cause.UNPROVEN,
)
"""What leaves no proof though data is echoed."""

_EVEN_HONOURED = (
    Cause.FAILING,
    Cause.FAILING_AGAIN,
    Cause.REFUSED_AGAIN,
    Cause.PAGE_AGAIN,
    Cause.NEIGHBOUR_FAILING,
    Cause.NEIGHBOUR_ENDED,
    Cause.UPDATE,
)
"""What leaves no proof though keys are honoured: such an answer may be kept for its key."""


_CANCELLED = "Cancelled"
_OVERTAKEN = "A later update of the same record was started meanwhile."
_EARLIER = "An earlier request may still have written the record."
_NO_PROOF = "does not prove that nothing was written"
_UNREAD = "Codat did not finish reading"
_BLOCKED = "Two answers in a row did not come from Codat"


def cause_of(
    case: Case, pair: Sequence[Case], operations: Mapping[str, tuple[Case, JournalEntry]]
) -> Cause:
    """Find what left an Unknown without proof; `pair` has all pushes of the same record."""
    fates = [_fate(post) for post in case.posts if post["pushOperationKey"]]
    twins = [twin for twin in pair if twin is not case]
    cause = _by_its_words(case, fates)
    if cause:
        # What stands may be the twin's.
        is_twins = cause is Cause.UNPROVEN and twins and case.records
        return Cause.TWINS if is_twins else cause
    others = _others(case, operations)
    if twins and "sent an identical record" in _words(case):
        return Cause.TWINS
    if any(other in twins for other, _ in others):
        return Cause.TWINS
    if _UNREAD in _words(case) and case.ending.item.place.behaviour.get("offline"):
        return Cause.OFFLINE
    if _is_nameless(case, [other for other, _ in others]):
        return Cause.NAMELESS
    return _own(case, fates) if fates else _foreign(others)


def _by_its_words(case: Case, fates: list[str]) -> Cause | None:
    if case.ending.outcome is None or "find out what happened" in _words(case):
        return Cause.ENDED
    if any(words.startswith(_OVERTAKEN) for words in _all_words(case)):
        return Cause.OVERTAKEN
    if _words(case).startswith(_CANCELLED) or _is_cancelled(case):
        return Cause.CANCELLED
    if _EARLIER in _words(case):
        return Cause.HUMBLE
    if _NO_PROOF in _words(case) and _names_its_own(case):
        return Cause.UNPROVEN
    return Cause.BLOCKED if _BLOCKED in _words(case) and not fates else None


def _is_cancelled(case: Case) -> bool:
    """Tell whether some run was asked to cancel, so that it could not send its request again."""
    asked = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
    return any(event.event_type == asked for run in case.ending.runs for event in run.events)


def _words(case: Case) -> str:
    return case.ending.outcome.message if case.ending.outcome else ""


def _all_words(case: Case) -> list[str]:
    """Give what each run said: a later look does not say again what hindered the first."""
    return [_words(case), *(run.told.message for run in case.ending.runs if run.told)]


def _names_its_own(case: Case) -> bool:
    """Tell whether the outcome names an operation that a request of its own made."""
    named = case.ending.outcome and str(case.ending.outcome.push_operation_key)
    return any(named == post["pushOperationKey"] for post in case.posts)


def _is_nameless(case: Case, others: Sequence[Case]) -> bool:
    """Tell whether an operation in doubt is of a later kind and changed nothing."""
    return any(each.ending.item.kind and not each.records for each in (case, *others))


def _own(case: Case, fates: list[str]) -> Cause:
    if "failing" in fates:
        return Cause.FAILING
    if "lost" not in fates:
        return Cause.OTHER
    if any(str(post["status"]).startswith("5") for post in case.posts):
        return Cause.FAILING_AGAIN
    if any(post["status"] == "401" for post in case.posts):
        return Cause.REFUSED_AGAIN
    if sum(post["did"] == "faulted: proxy-page" for post in case.posts) > 1:
        return Cause.PAGE_AGAIN
    return Cause.UPDATE if case.ending.item.is_update else Cause.LOST


def _others(
    case: Case, operations: Mapping[str, tuple[Case, JournalEntry]]
) -> list[tuple[Case, JournalEntry]]:
    """Give the candidates that were other pushes' operations."""
    outcomes = [run.told for run in case.ending.runs if run.told]
    seen = {str(candidate.push_operation_key) for each in outcomes for candidate in each.candidates}
    found = [operations[key] for key in seen if key in operations]
    return [(other, post) for other, post in found if other is not case]


def _foreign(others: list[tuple[Case, JournalEntry]]) -> Cause:
    fates = [_fate(post) for _, post in others]
    if "failing" in fates:
        return Cause.NEIGHBOUR_FAILING
    if any(_never_heard(other, post) for other, post in others):
        return Cause.NEIGHBOUR_ENDED
    return Cause.NEIGHBOUR_LOST if "lost" in fates else Cause.OTHER


def _never_heard(other: Case, post: JournalEntry) -> bool:
    """Tell whether a push ended in doubt, by its deadline or from outside, with this unanswered."""
    outcome = other.ending.outcome
    return outcome is None or (
        outcome.may_still_land and str(outcome.push_operation_key) != post["pushOperationKey"]
    )


def _fate(post: JournalEntry) -> str:
    if "5xx" in post["did"]:
        return "failing"
    # A plain answer counts as lost if the worker died or its run ended before it was entered.
    return "lost" if post["did"] != "replayed" else "known"
