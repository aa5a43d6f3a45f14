"""What a look learns from the records that operations wrote, where they may be read."""

from tests.model.ledger import ended, has_failed
from tests.model.state import ModelSubmission, Setup, State, Steps, enter


def judge(setup: Setup, state: State, candidates: list[int]) -> Steps | None:
    """Give what follows from the records; None where none is left that may be ours.

    Each may also turn out to be unclear.
    """
    left = [index for index in candidates if not has_failed(setup, state.operations[index])]
    pending = [index for index in left if state.operations[index].status == "P"]
    if pending and setup.has("AWAITED"):
        return []
    left = [index for index in left if index not in pending]
    if not left:
        return None
    unclear: Steps = [("find: a record is unclear", ended(setup, state, "U"))]
    if len(left) > 1:
        return unclear
    (index,) = left
    if not setup.has("REFRESHED") and state.operations[index].status == "S":
        return None
    if not state.operations[index].has_record:
        return unclear
    adopted = enter(state, ModelSubmission(setup.has("HUMBLE"), index))
    following = adopted._replace(phase="poll", rejected=False)
    if state.operations[index].status != "S":
        following = ended(setup, adopted, "S")
    return [(f"find: the record of operation {index} is ours", following), *unclear]


def proof(setup: Setup, state: State) -> Steps:
    """Give what the record of our own operation, which ended without proof, may prove."""
    assert isinstance(state.entry.known, int)
    if not setup.reads or state.operations[state.entry.known].status not in "LM":
        return []
    return [("poll: its record stands", ended(setup, state, "S"))]
