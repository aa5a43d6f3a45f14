"""What goes wrong with a push before it is one, or when it is looked for."""


class NoSuchPush(LookupError):
    """There is no push of that id, or the namespace has forgotten it."""


class InvalidPushRequest(ValueError):
    """The input was no push request; nothing was sent."""


class IdempotencyKeyConflict(ValueError):
    """The key was used for another record."""


class PayloadMissing(Exception):
    """What was kept outside Temporal is not there, or is not what was put there."""

    kind = "Missing"
