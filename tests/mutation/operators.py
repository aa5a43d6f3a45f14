"""Takes out what guards against people's commands and starts; do the tests notice?

`python -m tests.mutation.operators [NAME ...]`: exit status as that of `tests.mutation.protocol`.
"""

import sys

from tests.mutation.runner import Mutant, main

COMMANDS = "tests/workflow/test_activity_commands.py"
STARTS = "tests/workflow/test_starts_by_operators.py"

MUTANTS = (
    Mutant(
        "redelivery fence",
        "activities/push.py",
        "    if info.attempt != 1 or info.current_attempt_scheduled_time != info.scheduled_time:\n",
        "    if info.attempt != 1:\n",
        (f"{COMMANDS}::test_a_request_that_is_handed_out_again_is_not_sent_again",),
    ),
    Mutant(
        "no result by hand",
        "activities/find_models.py",
        "    candidates: list[Candidate]\n    more",
        "    candidates: list[Candidate] = []\n    more",
        (f"{COMMANDS}::test_a_search_that_is_completed_by_hand_proves_nothing",),
    ),
    Mutant(
        "no past by hand",
        "activities/prior_runs.py",
        "    facts: list[PastEvent]\n",
        "    facts: list[PastEvent] = []\n",
        (f"{COMMANDS}::test_the_past_that_is_completed_by_hand_is_read_again",),
    ),
    Mutant(
        "own deadline of a request",
        "workflows/steps/send.py",
        "            until=state.deadline.timer(),\n            grace=CALL_TIMEOUT,\n",
        "",
        (f"{COMMANDS}::test_a_paused_request_does_not_outlast_the_deadline",),
    ),
    Mutant(
        "true continuation",
        "workflows/run_origin.py",
        "    return bool(info.continued_run_id) and info.attempt == 1 and not info.cron_schedule\n",
        "    return bool(info.continued_run_id)\n",
        (f"{STARTS}::test_a_retry_policy_of_the_server_writes_a_record_once",),
    ),
    Mutant(
        "first run of all",
        "workflows/run_origin.py",
        "if memo is None or info.attempt != 1 or info.cron_schedule or info.continued_run_id:",
        "if memo is None:",
        (f"{STARTS}::test_a_cron_schedule_writes_a_record_once",),
    ),
    Mutant(
        "fresh memo",
        "workflows/run_origin.py",
        "    return is_marked and is_fresh and is_ours\n",
        "    return is_marked and is_ours\n",
        (f"{STARTS}::test_a_copied_memo_hides_no_earlier_run",),
    ),
    Mutant(
        "same record as succeeded",
        "workflows/steps/recall.py",
        "        _check_record(state, prior)\n",
        "",
        (f"{STARTS}::test_another_record_under_the_key_of_a_success_is_an_error",),
    ),
    Mutant(
        "past before deadline",
        "workflows/steps/recall.py",
        "max(state.deadline.at, least)",
        "state.deadline",
        (f"{STARTS}::test_a_deadline_passed_in_the_queue_says_nothing_was_sent",),
    ),
    Mutant(
        "a memo is believed without its header",
        "workflows/run_origin.py",
        "    return is_marked and is_fresh and is_ours\n",
        "    return is_fresh and is_ours\n",
        (f"{STARTS}::test_a_copied_memo_hides_no_earlier_run",),
    ),
    Mutant(
        "a result by hand makes the past unreadable",
        "activities/run_history.py",
        "        except ValueError:\n            return  # an",
        "        except ValueError:\n            raise  # an",
        (f"{COMMANDS}::test_after_a_reset_a_hand_completed_request_keeps_its_key",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
