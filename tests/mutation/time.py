"""Takes each rule about time out in turn and sees whether the tests notice.

`python -m tests.mutation.time [NAME ...]`: exit status as that of `tests.mutation.protocol`.
"""

import sys

from tests.mutation.runner import Mutant, main

CLOCK, POLL = "workflows/poll_schedule.py", "workflows/steps/poll.py"
DEADLINE, LIFECYCLE = "workflows/deadline.py", "workflows/lifecycle.py"
OUTCOMES, WAIT = "workflows/outcomes.py", "workflows/waiting.py"
TIME = "tests/unit/test_time_of_a_push.py"
SCHEDULE = "tests/unit/test_poll_schedule.py"
BATCHING = "tests/activity/test_poll_batching.py"
DEADLINES = "tests/workflow/test_deadlines.py"
HINTS = "tests/workflow/test_hints.py"
PATIENCE = "tests/workflow/test_patience.py"
CHAINS = "tests/workflow/test_long_chains.py"
KEYS = "tests/workflow/test_submission_keys.py"
BATCHING_WAITS = "tests/activity/test_poll_batching_waits.py"
OPTIONS_CACHE = "tests/activity/test_options_cache.py"
LIMITS = "tests/unit/test_limits.py"

MUTANTS = (
    Mutant(
        "half a minute is 31 s",
        CLOCK,
        "timedelta(seconds=30)",
        "timedelta(seconds=29)",
        ("tests/unit/test_minutes_left.py", TIME),
    ),
    Mutant(
        "half a minute is 29 s",
        CLOCK,
        "timedelta(seconds=30)",
        "timedelta(seconds=31)",
        ("tests/unit/test_minutes_left.py", TIME),
    ),
    Mutant(
        "late a moment after the deadline",
        DEADLINE,
        "self.left <= timedelta()",
        "self.left < timedelta()",
        (TIME,),
    ),
    Mutant(
        "sent though it is too late",
        DEADLINE,
        "return minutes_left(workflow.now(), self.at) == 0",
        "return False",
        (TIME,),
    ),
    Mutant(
        "looked for only while one may send",
        OUTCOMES,
        "    if state.deadline.has_passed:\n        raise _timed_out(state)",
        "    check_time(state)",
        (TIME,),
    ),
    Mutant("waits beyond the deadline", WAIT, "pause = min(pause, left)", "pass", (TIME,)),
    Mutant("waits after the deadline", WAIT, "if pause <= timedelta():", "if False:", (TIME,)),
    Mutant(
        "a reset keeps the clock",
        LIFECYCLE,
        "now = workflow.now() if is_reset else workflow.info().workflow_start_time",
        "now = workflow.info().workflow_start_time",
        (TIME,),
    ),
    Mutant(
        "continue-as-new begins a clock",
        LIFECYCLE,
        "        Deadline(carried.requested_on_utc,",
        "        Deadline(workflow.info().workflow_start_time,",
        (TIME,),
    ),
    Mutant(
        "asks in no time",
        POLL,
        "if last_chance <= timedelta() if last_chance is not None else state.deadline.has_passed:",
        "if False:",
        (TIME,),
    ),
    Mutant(
        "the day's requests are no matter",
        POLL,
        "planned = next_poll_slowed(state.policy, company, now, planned, snapshot.patience)",
        "pass",
        (TIME,),
    ),
    Mutant(
        "no last question",
        POLL,
        "snapshot = await _ask_to_the_last(state, before)",
        "snapshot = before",
        (f"{DEADLINES}::test_what_ended_just_before_the_deadline_counts",),
    ),
    Mutant(
        "the last question is asked once",
        POLL,
        "LAST_QUESTION = timedelta(minutes=5)",
        "LAST_QUESTION = timedelta(seconds=2)",
        (f"{DEADLINES}::test_a_platform_that_is_back_in_the_last_seconds_is_believed",),
    ),
    Mutant(
        "not to be asked is timed out",
        POLL,
        'PushStatus.UNKNOWN,\n            f"The deadline passed, and',
        'PushStatus.TIMED_OUT,\n            f"The deadline passed, and',
        (f"{DEADLINES}::test_a_push_that_is_unreadable_at_the_deadline_is_unknown",),
    ),
    Mutant(
        "histories grow",
        "workflows/push.py",
        "            continue_as_new_if_long(state)\n",
        "",
        (f"{PATIENCE}::test_a_long_history_does_not_move_the_deadline",),
    ),
    Mutant(
        "hints are not heard",
        WAIT,
        "(for_hint and state.carried.hinted)\n",
        "False\n",
        (f"{HINTS}::test_a_hint_cuts_the_wait_short",),
    ),
    Mutant(
        "a hint is heard for ever",
        POLL,
        "    state.carried.hinted = False\n",
        "",
        (f"{TIME}::test_a_hint_is_heard_once",),
    ),
    Mutant("no time to found", CLOCK, "requested + first / SPARE", "requested", (SCHEDULE,)),
    Mutant(
        "no time for a crowd's looks",
        CLOCK,
        "step - step // (SPARE_OF_A_STEP * first) * first",
        "step",
        (SCHEDULE,),
    ),
    Mutant(
        "no cap",
        CLOCK,
        "if max(first, age * (policy.poll_factor - 1)) > cap:",
        "if False:",
        (SCHEDULE,),
    ),
    Mutant(
        "no grid in the long run",
        CLOCK,
        "return _next_mark(now, cap, company)",
        "return now + cap",
        (SCHEDULE,),
    ),
    Mutant(
        "lists from before a look was due",
        "activities/poll_batcher.py",
        "return self.listed_at >= due",
        "return bool(self.listed)",
        (f"{BATCHING}::test_who_is_due_after_the_list_was_read_is_not",),
    ),
    Mutant(
        "a hinted look waits for others",
        "activities/poll_batcher.py",
        "if ask.due is None:",
        "if False:",
        (f"{BATCHING}::test_a_hinted_look_waits_for_nobody",),
    ),
    Mutant(
        "Retry-After is not obeyed",
        "activities/failures.py",
        "next_retry_delay=patience,",
        "next_retry_delay=None,",
        (f"{BATCHING}::test_a_throttled_list_sends_everybody_back",),
    ),
    Mutant(
        "the last question ends when the server says so",
        POLL,
        "    for until in (end - LAST_CALL, end):\n",
        "    for until in (end - LAST_CALL,):\n",
        (f"{DEADLINES}::test_a_platform_that_is_back_in_the_last_seconds_is_believed",),
    ),
    Mutant(
        "a push is as old as its first attempt",
        POLL,
        "(current.last_scheduled or current.first_scheduled)",
        "current.first_scheduled",
        (f"{DEADLINES}::test_a_push_that_was_sent_late_is_looked_at_soon",),
    ),
    Mutant(
        "saved requests are asked for",
        POLL,
        "planned = max(planned, state.saved_until)",
        "pass",
        (TIME,),
    ),
    Mutant(
        "saved requests are waited for in the server",
        "activities/push.py",
        "final=(SavedForPushes, CodatNotFound)",
        "final=(CodatNotFound,)",
        (f"{HINTS}::test_a_hint_cuts_short_what_is_saved_for_pushes",),
    ),
    Mutant(
        "next_poll_slowed looks leave the grid",
        CLOCK,
        "return _next_mark(now + pause, width, company) if width else now + pause",
        "return now + pause",
        (f"{SCHEDULE}::test_stretched_looks_of_a_company_stay_together",),
    ),
    Mutant(
        "an alarm takes all the time",
        "workflows/steps/search.py",
        "within=GLANCE",
        "within=None",
        (f"{KEYS}::test_a_list_that_cannot_be_read_hides_no_success",),
    ),
    Mutant(
        "hints and cancellations are forgotten",
        LIFECYCLE,
        "        carried.model_copy(deep=True),",
        '        carried.model_copy(update={"hinted": False, "is_cancelled": False}, deep=True),',
        (
            f"{CHAINS}::test_a_hint_is_not_forgotten_in_a_new_run",
            f"{CHAINS}::test_a_cancelled_push_sends_nothing_in_a_new_run_either",
        ),
    ),
    Mutant(
        "runs grow long",
        LIFECYCLE,
        "MAX_EVENTS = 200",
        "MAX_EVENTS = 4096",
        (f"{PATIENCE}::test_a_worker_keeps_few_events_of_a_push_that_waits_long",),
    ),
    Mutant(
        "a list that hangs holds all",
        "activities/poll_batcher.py",
        "async with asyncio.timeout(HOLD):",
        "async with asyncio.timeout(None):",
        (f"{BATCHING_WAITS}::test_a_list_that_hangs_holds_no_poll_and_answers_its_retry",),
    ),
    Mutant(
        "followed for ever",
        "activities/poll_batcher.py",
        "self._oldest.heard < now - FOLLOWED_FOR or",
        "",
        (f"{BATCHING_WAITS}::test_what_another_worker_saw_ending_is_not_followed_for_ever",),
    ),
    Mutant(
        "the last question is saved, too",
        "activities/poll_batcher.py",
        "if not ask.is_last:",
        "if True:",
        (f"{BATCHING_WAITS}::test_the_last_question_is_asked_on_the_shortest_day",),
    ),
    Mutant(
        "options that hang hold all",
        "codat/validation/cache.py",
        "if self._waiting[target] >= MAX_WAITING:",
        "if False:",
        (f"{OPTIONS_CACHE}::test_most_that_wait_for_one_document_give_their_places_back",),
    ),
    Mutant(
        "a late 429 shortens patience",
        "codat/limits.py",
        "max(line.closed.get(writes, 0.0), until)",
        "until",
        (f"{LIMITS}::test_a_429_that_comes_late_shortens_no_patience",),
    ),
    Mutant(
        "whoever asks again lengthens the line",
        "codat/limits.py",
        "if until - now > MAX_WAIT:",
        "if False:",
        (f"{LIMITS}::test_asking_again_on_a_spent_quota_lengthens_no_line",),
    ),
    Mutant(
        "a short day never ends",
        "codat/limits.py",
        "return self._told if self._clock() < self._told_until else DailyQuota()",
        "return self._told",
        (f"{LIMITS}::test_a_new_day_is_not_judged_by_the_old_one",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
