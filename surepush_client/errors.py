"""What goes wrong with a push or a plan before it is one, or when it is looked for."""


class NoSuchPush(LookupError):
    """There is no push of that id, or the namespace has forgotten it."""


class InvalidPushRequest(ValueError):
    """The input was no push request; nothing was sent."""


class IdempotencyKeyConflict(ValueError):
    """The key was used for another record."""


class PayloadMissing(Exception):
    """What was kept outside Temporal is not there, or is not what was put there."""

    kind = "Missing"


class NoSuchPlan(LookupError):
    """There is no plan of that id, or the namespace has forgotten it."""


class InvalidPlanRequest(ValueError):
    """The input was no plan; nothing was started."""


class PlanKeyConflict(ValueError):
    """The key belongs to another plan."""


class PlanTooLarge(ValueError):
    """The plan does not fit into a payload, and no store for large payloads is set."""


class PlanEnded(RuntimeError):
    """The plan was terminated, or ended in another way from outside; its pushes may go on."""
