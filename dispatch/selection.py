"""Which pushes are wanted, as a visibility query."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from activities.visibility import equals
from codat.models import PushStatus

_CLAUSES = {
    PushStatus.PENDING: "CloseTime IS NULL",
    PushStatus.SUCCESS: (
        '(ExecutionStatus="Completed" OR (ExecutionStatus="Failed" AND PushStatus="Success"))'
    ),
    PushStatus.FAILED: '(ExecutionStatus="Failed" AND PushStatus="Failed")',
    PushStatus.TIMED_OUT: '(ExecutionStatus="Failed" AND PushStatus="TimedOut")',
    # A run that was ended from outside, or began with nonsense, told no ending.
    PushStatus.UNKNOWN: (
        '(ExecutionStatus IN ("Terminated", "Canceled", "TimedOut") OR (ExecutionStatus="Failed" '
        'AND (PushStatus IS NULL OR PushStatus NOT IN ("Failed", "TimedOut", "Success"))))'
    ),
}


@dataclass(frozen=True)
class Selection:
    """The pushes that are wanted; `visibility` is an operator's own condition. Times are UTC.

    `started_by` names the API key that asked for any run of the push, not only the latest.
    """

    statuses: tuple[PushStatus, ...] = ()
    company: UUID | None = None
    connection: UUID | None = None
    data_type: str | None = None
    since: datetime | None = None
    visibility: str | None = None
    started_by: str | None = None

    @property
    def clause(self) -> str:
        """The visibility query of the runs that match; those of an odd data type and of others."""
        clauses = [equals("WorkflowType", "push"), *self._given()]
        if self.statuses:
            clauses.append(f"({' OR '.join(_CLAUSES[status] for status in self.statuses)})")
        if self.visibility:
            clauses.append(f"({self.visibility})")
        return " AND ".join(clauses)

    @property
    def caller_clause(self) -> str:
        """The visibility query of the runs that the API key asked for."""
        clauses = equals("WorkflowType", "push"), equals("StartedBy", self.started_by)
        return " AND ".join([*clauses, *self._given()])

    @property
    def is_narrow(self) -> bool:
        """Whether an older run of a push may match though its latest one does not."""
        return bool(self.statuses or self.visibility or self.started_by)

    def _given(self) -> list[str]:
        given = {
            "CompanyId": self.company,
            "ConnectionId": self.connection,
            "DataType": self.data_type,
        }
        clauses = [equals(name, value) for name, value in given.items() if value]
        if self.since:
            since = max(self.since, datetime(2000, 1, 1, tzinfo=UTC))
            clauses.append(f'StartTime>="{since.isoformat()}"')
        return clauses
