"""Which of a push's activities go first, when more wait than workers can do."""

from enum import IntEnum

from temporalio import workflow
from temporalio.common import Priority

_USUAL, _HIGHEST = 3, 1
"""Temporal's priority of what has none, and the first of five to be handed out."""


class Urgency(IntEnum):
    """By how many levels an activity passes what else the push has to do."""

    POLL = 0
    SEND = 1
    READ_NOW = 2  # at the deadline, or when the platform has said that there is news


def priority_of(urgency: Urgency) -> Priority:
    """Give the priority of an activity of this push, whose company keeps its own turn.

    A push is started with 3, or 4 and 5 in a crowd of its company's (dispatch/priorities.py). So
    sends have 2 to 4 and pass the polls, 3 to 5, of all who wait.
    """
    own = workflow.info().priority
    level = (own.priority_key or _USUAL) - urgency
    return Priority(max(level, _HIGHEST), own.fairness_key, own.fairness_weight)
