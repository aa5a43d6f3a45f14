"""Takes each rule about time out in turn and sees whether the tests notice.

`python -m tests.mutants_of_time [NAME ...]`: exit status as that of `tests/mutants.py`.
"""

import sys

from tests.mutants import Mutant, main

CLOCK, STORY, POLL = "workflows/clock.py", "workflows/story.py", "workflows/poll.py"
TIME = "tests/unit/test_time_of_a_push.py"
NEXT = "tests/unit/test_next_look.py"
LOOKS = "tests/activity/test_looks.py"
DEADLINES = "tests/workflow/test_deadlines.py"
HINTS = "tests/workflow/test_hints.py"
PATIENCE = "tests/workflow/test_patience.py"

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
        STORY,
        "self.left <= timedelta()",
        "self.left < timedelta()",
        (TIME,),
    ),
    Mutant(
        "sent though it is too late",
        STORY,
        "if minutes_left(workflow.now(), self.deadline) == 0:",
        "if False:",
        (TIME,),
    ),
    Mutant(
        "looked for only while one may send",
        STORY,
        "        if self.is_late:\n            raise self._timed_out()",
        "        self.check_time()",
        (TIME,),
    ),
    Mutant("waits beyond the deadline", STORY, "pause = min(pause, self.left)", "pass", (TIME,)),
    Mutant("waits after the deadline", STORY, "if pause <= timedelta():", "if False:", (TIME,)),
    Mutant(
        "a reset keeps the clock",
        STORY,
        "requested=workflow.now(), is_reset",
        "requested=workflow.info().workflow_start_time, is_reset",
        (TIME,),
    ),
    Mutant(
        "continue-as-new begins a clock",
        STORY,
        "requested=resume.requested_on_utc,\n            **",
        "requested=info.workflow_start_time,\n            **",
        (TIME,),
    ),
    Mutant(
        "asks in no time",
        POLL,
        "if within is not None and within <= timedelta():",
        "if False:",
        (TIME,),
    ),
    Mutant(
        "the day's requests are no matter",
        POLL,
        "planned = stretched(story.manners, company, now, planned, reading.patience)",
        "pass",
        (TIME,),
    ),
    Mutant(
        "no last question",
        POLL,
        "reading = await _ask_to_the_last(story, before)",
        "reading = before",
        (f"{DEADLINES}::test_what_ended_just_before_the_deadline_counts",),
    ),
    Mutant(
        "the last question is asked once",
        POLL,
        "LAST_QUESTION = timedelta(minutes=5)",
        "LAST_QUESTION = timedelta(seconds=2)",
        (f"{DEADLINES}::test_a_platform_that_answers_within_five_minutes_is_believed",),
    ),
    Mutant(
        "not to be asked is timed out",
        POLL,
        'PushStatus.UNKNOWN,\n            "The time is over',
        'PushStatus.TIMED_OUT,\n            "The time is over',
        (f"{DEADLINES}::test_a_platform_that_cannot_be_asked_at_the_deadline_leaves_it_unknown",),
    ),
    Mutant(
        "histories grow",
        POLL,
        "        story.renew()\n",
        "",
        (f"{PATIENCE}::test_a_long_history_does_not_move_the_deadline",),
    ),
    Mutant(
        "hints are not heard",
        STORY,
        "lambda: for_hint and self.hinted,",
        "lambda: False,",
        (f"{HINTS}::test_a_hint_cuts_the_wait_short",),
    ),
    Mutant(
        "a hint is heard for ever",
        POLL,
        "    story.hinted = False\n",
        "",
        (f"{HINTS}::test_a_hint_that_comes_too_early_or_lies_costs_one_look",),
    ),
    Mutant("no time to look", CLOCK, "requested + first / SPARE", "requested", (NEXT,)),
    Mutant(
        "no time for a crowd's looks",
        CLOCK,
        "step - step // (SPARE_OF_A_STEP * first) * first",
        "step",
        (NEXT,),
    ),
    Mutant(
        "no cap",
        CLOCK,
        "if max(first, age * (conduct.poll_factor - 1)) > cap:",
        "if False:",
        (NEXT,),
    ),
    Mutant(
        "no grid in the long run",
        CLOCK,
        "return _next_mark(now, cap, company)",
        "return now + cap",
        (NEXT,),
    ),
    Mutant(
        "lists from before a look was due",
        "activities/looks.py",
        "listed = crowd.listed.get(key) if crowd.listed_at >= due else None",
        "listed = crowd.listed.get(key)",
        (f"{LOOKS}::test_who_is_due_after_the_list_was_read_is_not",),
    ),
    Mutant(
        "a hinted look waits for others",
        "activities/looks.py",
        "if ask.due is None:",
        "if False:",
        (f"{LOOKS}::test_a_hinted_look_waits_for_nobody",),
    ),
    Mutant(
        "Retry-After is not obeyed",
        "activities/failures.py",
        "next_retry_delay=patience,",
        "next_retry_delay=None,",
        (f"{LOOKS}::test_a_throttled_list_sends_everybody_back",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
