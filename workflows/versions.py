"""Which version of the workflow a worker runs, and each patch in it.

A patch that comes after a release has recorded histories of both sides in `tests/replay`. Nothing
is released: until a version is tagged, a changed workflow records its histories anew.
"""

from typing import NamedTuple

BUILD = "surepush-1"
"""Build id of a worker that has none from its operator; history keeps it with each decision."""


class Patch(NamedTuple):
    """An id that `workflow.patched` writes into history: since when, why, and when it may go."""

    name: str
    since: str
    reason: str
    goes: str


RESET_TO_THE_START = Patch(
    name="reset-to-the-start",
    since="2026-11-28",
    reason="It records that a reset threw the whole history away; it parts no versions.",
    goes="never",
)

PATCHES = (RESET_TO_THE_START,)
