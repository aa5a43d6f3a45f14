"""Takes each device against wrong clocks, late updates and large answers out in turn.

`python -m tests.mutation.clocks [NAME ...]`: exit status as that of `tests.mutation.protocol`.
"""

import sys

from tests.mutation.runner import Mutant, main

FENCE = "tests/activity/test_send_fence.py"
CLOCKS = "tests/workflow/test_clocks.py"
LATE = "tests/workflow/test_late_tasks.py"
LATER = "tests/workflow/test_later_updates.py"
LIST = "tests/workflow/test_find_list.py"

MUTANTS = (
    Mutant(
        "whoever sends is still waited for",
        "activities/send_fence.py",
        "if is_over or (info.activity_id, info.attempt) not in waited_for:",
        "if is_over:",
        (f"{LATE}::test_a_task_that_was_given_up_is_not_sent",),
    ),
    Mutant(
        "a run that was ended waits for nothing",
        "activities/send_fence.py",
        "if is_over or (info",
        "if (info",
        (f"{LATE}::test_a_task_of_a_run_that_was_ended_is_not_sent",),
    ),
    Mutant(
        "new by Codat's clock",
        "activities/push.py",
        "requested >= answered - since_sent",
        "requested >= clock.utc_now() - since_sent",
        (f"{CLOCKS}::test_keys_that_are_not_honoured_are_noticed",),
    ),
    Mutant(
        "the window by Codat's clock",
        "activities/operation_list.py",
        "            window = _window(ask, listed.ahead)\n",
        "            window = _window(ask, timedelta())\n",
        (f"{LIST}::test_the_platforms_own_clock_counts",),
    ),
    Mutant(
        "the age of a key by the server's clock",
        "activities/push.py",
        "if self.time.now() >= self._not_after:",
        "if clock.utc_now() >= self._not_after:",
        (f"{FENCE}::test_a_key_that_is_too_old_by_the_servers_clock_is_not_sent",),
    ),
    Mutant(
        "a late update asks for a later one",
        "activities/push.py",
        "Holds(client).check, LaterUpdates(client).check,",
        "Holds(client).check,",
        (f"{LATER}::test_a_retry_makes_an_older_state_no_newer",),
    ),
    Mutant(
        "a retry is no newer than its push",
        "activities/later_updates.py",
        "    since = min(await _since(client, update.workflow_id, update.digest), update.since)\n",
        "    since = update.since\n",
        (f"{LATER}::test_a_retry_makes_an_older_state_no_newer",),
    ),
    Mutant(
        "what failed is no later update",
        "activities/later_updates.py",
        '    return known.get(_STATUS) == "Failed"\n',
        "    return False\n",
        (f"{LATER}::test_a_later_update_that_failed_does_not_count",),
    ),
    Mutant(
        "a retry that waits hides no earlier run",
        "activities/later_updates.py",
        "        run = await _earlier_run(client, run)\n",
        "        run = None\n",
        (f"{LATER}::test_a_later_update_counts_while_a_retry_of_it_waits",),
    ),
    Mutant(
        "only a first request is prompt",
        "workflows/steps/send.py",
        "is_first = not (was_scheduled or state.may_not_be_first)",
        "is_first = True",
        (f"{LATER}::test_a_retry_makes_an_older_state_no_newer",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
