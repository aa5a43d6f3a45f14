"""Takes each rule on what an answer proves out in turn and sees whether the tests notice.

`python -m tests.mutation.proof [NAME ...]`: exit status as that of `tests.mutation.protocol`.
"""

import sys

from tests.mutation.runner import Mutant, main

ANSWERS = "codat/responses.py"
OPERATIONS = "codat/operations.py"
UNPROVEN = "tests/workflow/test_unproven_failures.py"
OTHERS = "tests/workflow/test_answers_about_others.py"
MISSING = "tests/workflow/test_missing_operations.py"
MODELS = "tests/unit/test_codat_models.py"
SUBMISSION = "workflows/ledger.py"
UNCLEAR = "tests/workflow/test_unclear_answers.py"
CONFLICTS = "tests/workflow/test_conflicts.py"
RESENDS = "tests/unit/test_ledger_resends.py"
REASONS = "tests/unit/test_resend_reasons.py"

MUTANTS = (
    Mutant(
        "a kept 409 is no request in flight",
        "workflows/submission.py",
        "    elif not submission.open and lasted >= CONFLICT_IS_KEPT_AFTER",
        "    elif False and lasted >= CONFLICT_IS_KEPT_AFTER",
        (f"{CONFLICTS}::test_a_409_that_is_kept_for_its_key_leads_to_the_next_number",),
    ),
    Mutant(
        "a 409 beside an open attempt is no kept answer",
        "workflows/submission.py",
        "    elif not submission.open and lasted >= CONFLICT_IS_KEPT_AFTER",
        "    elif lasted >= CONFLICT_IS_KEPT_AFTER",
        (f"{RESENDS}::test_a_409_while_an_attempt_is_open_settles_nothing",),
    ),
    Mutant(
        "a request that stays in flight is looked for",
        "workflows/submission.py",
        "    if submission.open and lasted >= IN_FLIGHT_FOR:\n",
        "    if False:\n",
        (
            f"{CONFLICTS}::test_a_request_that_stays_in_flight_is_looked_for",
            f"{RESENDS}::test_a_409_while_an_attempt_is_open_settles_nothing",
        ),
    ),
    Mutant(
        "a proxy's page is no answer",
        ANSWERS,
        "if status in _UNCLEAR or not _is_own(body):",
        "if status in _UNCLEAR:",
        (f"{UNCLEAR}::test_after_a_proxys_page_the_same_key_asks_for_the_answer",),
    ),
    Mutant(
        "408 settles nothing",
        ANSWERS,
        "if status in _UNCLEAR or not _is_own(body):",
        "if not _is_own(body):",
        (f"{UNCLEAR}::test_an_error_that_may_follow_a_commit_proves_nothing",),
    ),
    Mutant(
        "a proxy's page leaves the attempt open",
        "workflows/submission.py",
        '    "CodatUnclear": AttemptResult.LOST,\n',
        '    "CodatUnclear": AttemptResult.REJECTED,\n',
        (f"{UNCLEAR}::test_behind_a_proxys_page_the_record_is_found",),
    ),
    Mutant(
        "a page that comes again is not sent to for ever",
        "workflows/steps/find.py",
        "    elif state.unclear_answers > 1:\n",
        "    elif False:\n",
        (f"{UNCLEAR}::test_a_page_that_comes_again_ends_the_push_as_unknown",),
    ),
    Mutant(
        "a Failed with 504 is not believed",
        OPERATIONS,
        'operation["status_code"] in (None, _VALIDATION_FAILED)',
        "True",
        (f"{UNPROVEN}::test_it_ends_unknown_and_names_the_operation", MODELS),
    ),
    Mutant(
        "a Failed that names a record is not believed",
        OPERATIONS,
        "has_reason and not names_record and",
        "has_reason and",
        (f"{UNPROVEN}::test_it_ends_unknown_and_names_the_operation", MODELS),
    ),
    Mutant(
        "a Failed without a reason is not believed",
        OPERATIONS,
        "has_reason and not names_record and",
        "not names_record and",
        (MODELS,),
    ),
    Mutant(
        "Processing is pending",
        "surepush_client/codat_names.py",
        "return cls.PENDING if value == _ALSO_PENDING else cls.UNKNOWN",
        "return cls.UNKNOWN",
        ("tests/workflow/test_reading.py::test_processing_is_another_word_for_pending", MODELS),
    ),
    Mutant(
        "without proof it is Unknown at the deadline, too",
        "workflows/steps/poll.py",
        "    if snapshot.operation.is_over:\n        return final(state, snapshot)\n",
        "    if snapshot.operation.status.is_final:\n        return final(state, snapshot)\n",
        (f"{UNPROVEN}::test_at_the_deadline_it_is_unknown_and_not_timed_out",),
    ),
    Mutant(
        "an answer about another is lost",
        "codat/operation_answers.py",
        "    if not operation.is_of(target):\n",
        "    if False:\n",
        (f"{OTHERS}::test_an_answer_about_another_is_asked_for_with_the_same_key",),
    ),
    Mutant(
        "a snapshot about another is none",
        "activities/poll_batcher.py",
        "        if not operation.is_of(ask.target):\n",
        "        if False:\n",
        (f"{OTHERS}::test_a_reading_about_another_is_no_reading",),
    ),
    Mutant(
        "a missing operation is not asked for without end",
        "workflows/no_proof.py",
        "    if now - state.missing_since >= MISSING_FOR:\n",
        "    if False:\n",
        (f"{MISSING}::test_nothing_but_404_for_an_hour_is_unknown",),
    ),
    Mutant(
        "another answer begins the hour anew",
        "workflows/steps/poll.py",
        "    state.missing_since = None\n    return snapshot\n",
        "    return snapshot\n",
        (f"{MISSING}::test_another_answer_begins_the_hour_anew",),
    ),
    Mutant(
        "a missing operation is held",
        "workflows/steps/recall.py",
        "        if snapshot is None and (state.ledger.held or state.request.settlement):\n",
        "        if False:\n",
        (f"{MISSING}::test_asked_for_again_it_sends_nothing_without_a_persons_word",),
    ),
    Mutant(
        "no proof beside an open attempt",
        "dispatch/timeline/resend_reasons.py",
        '        self._proof = "" if self._owed else proof\n',
        "        self._proof = proof\n",
        (f"{REASONS}::test_while_an_answer_is_owed_a_refusal_is_no_proof",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
