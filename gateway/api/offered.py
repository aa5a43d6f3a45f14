"""Which writes the push API offers, told to whoever asks for another."""

from codat.kinds import ATTACHED_TYPES, DELETED_TYPES
from codat.target import UPDATED_TYPES
from gateway.api.parameters import NAMED_TYPES
from gateway.errors import HttpError


def not_offered(what: str) -> HttpError:
    """Refuse a kind of write, naming those there are."""
    creates, updates = ", ".join(NAMED_TYPES), ", ".join(sorted(UPDATED_TYPES))
    deletes, attaches = ", ".join(sorted(DELETED_TYPES)), ", ".join(sorted(ATTACHED_TYPES))
    return HttpError(
        405,
        f"There is no {what}. POST creates {creates} and "
        f"bankAccounts/{{accountId}}/bankTransactions; PUT updates {updates}; "
        f"DELETE deletes {deletes}; files are attached to {attaches}.",
        Allow="DELETE, POST, PUT",
    )
