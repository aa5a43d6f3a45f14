"""Takes each rule on what an answer proves out in turn and sees whether the tests notice.

`python -m tests.mutants_of_proof [NAME ...]`: exit status as that of `tests/mutants.py`.
"""

import sys

from tests.mutants import Mutant, main

SUBMISSION = "workflows/submission.py"
CONFLICTS = "tests/workflow/test_conflicts.py"
LEDGER = "tests/unit/test_ledger.py"
SAFETY = "tests/unit/test_safety.py"

MUTANTS = (
    Mutant(
        "a kept 409 is no request in flight",
        SUBMISSION,
        "    elif not entry.open and lasted >= CONFLICT_IS_KEPT_AFTER",
        "    elif False and lasted >= CONFLICT_IS_KEPT_AFTER",
        (f"{CONFLICTS}::test_a_409_that_is_kept_for_its_key_leads_to_the_next_number",),
    ),
    Mutant(
        "a 409 beside an open attempt is no kept answer",
        SUBMISSION,
        "    elif not entry.open and lasted >= CONFLICT_IS_KEPT_AFTER",
        "    elif lasted >= CONFLICT_IS_KEPT_AFTER",
        (f"{LEDGER}::test_a_409_while_an_attempt_is_open_settles_nothing",),
    ),
    Mutant(
        "a request that stays in flight is looked for",
        SUBMISSION,
        "    if entry.open and lasted >= IN_FLIGHT_FOR:\n",
        "    if False:\n",
        (
            f"{CONFLICTS}::test_a_request_that_stays_in_flight_is_looked_for",
            f"{LEDGER}::test_a_409_while_an_attempt_is_open_settles_nothing",
        ),
    ),
    Mutant(
        "no proof beside an open attempt",
        "dispatch/safety.py",
        '        self._proof = "" if self._owed else proof\n',
        "        self._proof = proof\n",
        (f"{SAFETY}::test_while_an_answer_is_owed_a_refusal_is_no_proof",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
