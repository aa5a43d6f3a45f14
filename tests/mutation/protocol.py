"""Takes each safety device out in turn and sees whether the tests notice.

`python -m tests.mutation.protocol [NAME ...]`: exit status 1 if a mutant survives, or if
the tests are red without any.
"""

import sys

from tests.mutation.runner import Mutant, main

ANSWERS = "tests/workflow/test_submission_answers.py"
RESTARTS = "tests/workflow/test_submission_restarts.py"
LIST = "tests/workflow/test_find_list.py"
RESOLUTIONS = "tests/workflow/test_resolutions.py"
UNKEYED = "tests/web/test_gateway_unkeyed.py"
CHAINS = "tests/workflow/test_long_chains.py"
FOUND = "tests/simulation/test_found.py"
ORDER = "tests/workflow/test_update_order.py"

MUTANTS = (
    Mutant(
        "run fence",
        "activities/push.py",
        "        _check_fence(attempt)\n",
        "",
        (f"{RESTARTS}::test_the_task_that_a_reset_hands_out_again_sends_nothing",),
    ),
    Mutant(
        "send window",
        "activities/push.py",
        "self._send(attempt, window.check)",
        "self._send(attempt, lambda: None)",
        (f"{RESTARTS}::test_what_was_held_up_before_it_was_sent_comes_too_late",),
    ),
    Mutant(
        "sticky ledger",
        "workflows/submission.py",
        "    submission.open = max(submission.open - 1, 0)\n",
        "    submission.open = 0\n",
        (f"{ANSWERS}::test_a_refusal_after_a_lost_answer_is_unknown",),
    ),
    Mutant(
        "age",
        "workflows/submission.py",
        "        return self.first_scheduled + KEY_AGE\n",
        "        return self.first_scheduled + timedelta(days=1)\n",
        (
            f"{LIST}::test_a_key_that_is_too_old_is_not_sent_again",
            f"{LIST}::test_an_old_key_of_an_earlier_run_is_not_sent_again",
        ),
    ),
    Mutant(
        "age over runs",
        "workflows/ledger_rebuild.py",
        "ledger.begin(event.at, event.minutes, event.digest)",
        "ledger.begin(event.at.replace(year=9000), event.minutes, event.digest)",
        (f"{LIST}::test_an_old_key_of_an_earlier_run_is_not_sent_again",),
    ),
    Mutant(
        "find",
        "workflows/push.py",
        "    if state.is_unclear:\n",
        "    if False:\n",
        (f"{ANSWERS}::test_an_answer_that_proves_nothing_is_looked_for",),
    ),
    Mutant(
        "last search",
        "workflows/steps/find.py",
        "LOOKS = (1.0, *(",
        "LOOKS = (1 / 3, *(",
        (f"{LIST}::test_nothing_is_sent_before_the_last_look",),
    ),
    Mutant(
        "own operations known",
        "workflows/steps/search.py",
        "own=ledger.operations,",
        "own=[],",
        (f"{LIST}::test_our_own_earlier_operations_are_not_found_again",),
    ),
    Mutant(
        "ruled out operations known",
        "workflows/steps/search.py",
        "excluded=ledger.excluded,",
        "excluded=[],",
        (f"{RESOLUTIONS}::test_what_was_ruled_out_is_not_found_again",),
    ),
    Mutant(
        "mended record",
        "workflows/steps/search.py",
        "changed=ledger.has_changed(request.frozen_digest),",
        "changed=False,",
        (f"{RESTARTS}::test_a_lost_request_with_another_record_is_still_looked_for",),
    ),
    Mutant(
        "recall",
        "workflows/push.py",
        "if state.must_recall:",
        "if False:",
        (
            f"{RESTARTS}::test_an_ended_push_started_again_writes_nothing_twice",
            f"{RESTARTS}::test_a_success_run_again_says_the_same_and_sends_nothing",
        ),
    ),
    Mutant(
        "nobody's word for a continued run",
        "workflows/lifecycle.py",
        "carried = None if is_reset or not was_continued() else request.resume",
        "carried = None if is_reset else request.resume",
        (f"{CHAINS}::test_a_start_like_a_run_that_went_on_asks_all_runs_first",),
    ),
    Mutant(
        "what a run has carried",
        "activities/run_history.py",
        "if start.resume and begun.initiator == _CONTINUED and not is_copy:",
        "if False and start.resume:",
        (f"{CHAINS}::test_a_reset_remembers_runs_that_the_server_has_forgotten",),
    ),
    Mutant(
        "all runs",
        "activities/recall.py",
        "    for run_id in runs:\n        await past.read(run_id)\n",
        "    for run_id in runs[:1]:\n        await past.read(run_id)\n",
        (f"{RESTARTS}::test_a_reset_of_an_older_run_knows_what_the_newer_one_did",),
    ),
    Mutant(
        "the list is given its time",
        "activities/recall.py",
        "+ self._policy.list_lag - server.now()",
        "- server.now()",
        (f"{FOUND}::test_an_earlier_run_may_be_listed_after_a_later_one",),
    ),
    Mutant(
        "neighbours are waited for",
        "workflows/steps/find.py",
        "if found.awaited and state",
        "if False and state",
        (f"{LIST}::test_a_neighbour_whose_answer_is_still_to_come_is_waited_for",),
    ),
    Mutant(
        "TimedOut is held",
        "workflows/steps/recall.py",
        "(state.ledger.held and state.ledger.may_have_written)",
        "False",
        (f"{RESOLUTIONS}::test_without_a_word_a_timed_out_push_is_not_sent_again",),
    ),
    Mutant(
        "a word is good once",
        "workflows/steps/recall.py",
        "    return retry_of is not None and not state.is_reset and not again\n",
        "    return True\n",
        (f"{RESOLUTIONS}::test_a_word_is_good_for_one_run",),
    ),
    Mutant(
        "humble endings: looked for in vain",
        "workflows/submission.py",
        "submission.open, submission.judgement = 0, Judgement.NOT_WRITTEN",
        "submission.open, submission.judgement = 0, Judgement.REFUSED",
        (f"{ANSWERS}::test_a_failed_operation_after_a_search_in_vain_is_unknown",),
    ),
    Mutant(
        "no doubt: the list shows our own",
        "workflows/steps/find.py",
        "if found.shows_own and not found.candidates:",
        "if not found.candidates:",
        (f"{ANSWERS}::test_a_failed_operation_after_a_search_in_vain_is_unknown",),
    ),
    Mutant(
        "no doubt: nothing turns up",
        "workflows/steps/find.py",
        "if found.shows_own and not found.candidates:",
        "if found.shows_own:",
        (f"{ANSWERS}::test_what_turns_up_after_all_is_not_ruled_out",),
    ),
    Mutant(
        "humble endings: adopted",
        "workflows/ledger.py",
        "submission.judgement = operation, True, None",
        "submission.judgement = operation, False, None",
        (f"{LIST}::test_a_matched_operation_that_failed_is_read_beside_the_list",),
    ),
    Mutant(
        "key of a missed answer",
        "gateway/repeats.py",
        "            self._keep()\n",
        "            pass\n",
        (f"{UNKEYED}::test_repeats_while_temporal_stalls_write_one_record",),
    ),
    Mutant(
        "caller who hangs up",
        "gateway/repeats.py",
        "asyncio.create_task(self._keep_on_disconnect(receive))",
        "asyncio.create_task(asyncio.sleep(0))",
        (f"{UNKEYED}::test_a_client_that_hangs_up_early_repeats_the_same_push",),
    ),
    Mutant(
        "delivered answer",
        "gateway/repeats.py",
        "        return self._remove(keys[0]) if keys else None\n",
        "        return keys[0] if keys else None\n",
        (f"{UNKEYED}::test_a_repeat_says_so_and_uses_the_key_up",),
    ),
    Mutant(
        "a run that was reset goes on before it knows the past",
        "workflows/lifecycle.py",
        "    if state.must_recall:\n        return False\n",
        "",
        (f"{CHAINS}::test_a_run_that_was_reset_reads_the_past_before_it_goes_on",),
    ),
    Mutant(
        "the first update has the turn before others join",
        "workflows/turn.py",
        "    @workflow.init\n",
        "",
        (f"{ORDER}::test_who_joins_with_the_first_task_waits_its_turn",),
    ),
    Mutant(
        "an update that sent nothing gives the turn back",
        "workflows/state.py",
        "answer is not None and answer.older_waits and",
        "False and answer.older_waits and",
        (f"{ORDER}::test_an_older_update_that_comes_late_goes_first",),
    ),
    Mutant(
        "a reset ends the step that calls another workflow",
        "workflows/other_workflow.py",
        "    await workflow.wait([apart])\n",
        "    try:\n        await workflow.wait([apart])\n"
        "    except asyncio.CancelledError:\n        await workflow.wait([apart])\n",
        (f"{ORDER}::test_an_update_reset_at_the_start_of_its_line_is_sent_once",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
