"""Why a request of a push could not write a second record, in a sentence for a person."""

from collections.abc import Iterable
from uuid import UUID

from activities.find_models import Purpose, SearchResult
from activities.models import Attempt, OperationSnapshot
from codat.models import PushStatus
from workflows.submission import AttemptResult, answer_to

_FIRST = "nothing of this push had been sent before"
_SAME_KEY = (
    "it carries the idempotency key of the request before it, so that Codat answers with that "
    "one's operation"
)
_REFUSED = "the request before it was refused, so it wrote nothing"
_UNSENT = "the request before it never left the worker"
_NOT_FOUND = (
    "a complete look at Codat's list, long after the last request, showed nothing of this push"
)
_SETTLED = "a person looked into the accounting software and said that nothing was written"

_AFTER = {
    AttemptResult.BUSY: _REFUSED,
    AttemptResult.CONFLICT: _REFUSED,
    AttemptResult.UNAUTHORIZED: _REFUSED,
    AttemptResult.REJECTED: _REFUSED,
    AttemptResult.UNSENT: _UNSENT,
    AttemptResult.LOST: "",
    AttemptResult.UNCLEAR: "",
}


class ResendReasons:
    """What is proven so far of all requests of a push; fed in the order of time."""

    def __init__(self) -> None:
        self._proof = _FIRST
        self._owed = 0
        self._numbers: set[int] = set()
        self._ours: set[UUID] = set()

    def before(self, attempt: Attempt) -> str:
        """Say why this request may be sent; empty when the histories don't tell."""
        is_same = attempt.number in self._numbers and attempt.idempotency_key is not None
        self._numbers.add(attempt.number)
        self._owed += 1
        proof, self._proof = self._proof, ""
        return proof or (_SAME_KEY if is_same else "")

    def refused(self, kind: str) -> None:
        """Take in that a request brought no operation: no proof while one before it is open."""
        proof = _AFTER.get(answer_to(kind), "")
        self._owed -= bool(proof)
        self._proof = "" if self._owed else proof

    def answered(self, snapshot: OperationSnapshot) -> None:
        """Take in how an operation of ours stands."""
        operation, self._owed = snapshot.operation, 0
        self._ours.add(operation.push_operation_key)
        is_failed = operation.status is PushStatus.FAILED
        key = operation.push_operation_key
        self._proof = f"operation {key} had failed, so it wrote nothing" if is_failed else ""

    def looked(self, purpose: Purpose, look: SearchResult) -> None:
        """Take in what a look at the list has shown."""
        if look.adopted:
            self.answered(look.adopted)
        elif purpose is Purpose.SETTLE:
            self._proof, self._owed = _SETTLED, 0
        elif purpose is Purpose.DECIDE and not look.more and not self._strange(look):
            self._proof, self._owed = _NOT_FOUND, 0

    def _strange(self, look: SearchResult) -> Iterable[UUID]:
        return {candidate.push_operation_key for candidate in look.candidates} - self._ours
