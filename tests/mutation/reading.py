"""Takes each rule on reading the books in turn and sees whether the tests notice.

`python -m tests.mutation.reading [NAME ...]`: exit status as that of `tests.mutation.protocol`.
"""

import sys

from tests.mutation.runner import Mutant, main

ACTIVITY = "activities/look_first.py"
REFRESH = "activities/refresh.py"
STEP, BACK = "workflows/steps/look_first.py", "workflows/steps/read_back.py"
LOOK = "tests/workflow/test_look_first.py"
READ = "tests/workflow/test_read_back.py"
JUDGED = f"{LOOK}::test_a_record_that_differs_is_judged"

MUTANTS = (
    Mutant(
        "a slow refresh gives signs of life",
        "activities/refresh.py",
        "        async with heartbeating(), lock:\n",
        "        async with lock:\n",
        ("tests/activity/test_refresh_heartbeat.py::test_a_slow_refresh_gives_signs_of_life",),
    ),
    Mutant(
        "a record that stands is not sent",
        "workflows/steps/prepare.py",
        "    await look_first(state)\n",
        "",
        (f"{LOOK}::test_a_record_that_stands_is_found_and_not_doubled",),
    ),
    Mutant(
        "a refresh that began before may lack the record",
        REFRESH,
        "            return await self._begin_anew(ask.target, place, known)\n",
        "            not_before = datetime.fromisoformat('2000-01-01T00:00:00Z')\n",
        (f"{LOOK}::test_what_stands_not_is_pushed_and_then_found",),
    ),
    Mutant(
        "a record of another party is not ours",
        ACTIVITY,
        "return _names_another(against) and independent(against) >= NEEDED_AGAINST",
        "return False",
        (JUDGED,),
    ),
    Mutant(
        "a record that differs is no success",
        ACTIVITY,
        "if independent(against) < NEEDED_AGAINST and not _names_another(against):",
        "if True:",
        (JUDGED,),
    ),
    Mutant(
        "a void record does not stand",
        ACTIVITY,
        "        and not (_is_gone(record.data) and not _is_gone(ask.sent))\n",
        "",
        (JUDGED,),
    ),
    Mutant(
        "a deleted record does not stand",
        ACTIVITY,
        "        and not record.is_deleted\n",
        "",
        (f"{LOOK}::test_a_deleted_record_does_not_stand",),
    ),
    Mutant(
        "another connection's record is not ours",
        ACTIVITY,
        "if found.record_id is None or await self._is_only_connection(ask.target):",
        "if True:",
        (f"{LOOK}::test_among_several_connections_nothing_is_taken",),
    ),
    Mutant(
        "time is left for sending",
        STEP,
        "min(LOOK_FIRST_FOR, left / 2)",
        "min(LOOK_FIRST_FOR, left)",
        (f"{LOOK}::test_half_of_the_time_is_left_for_sending",),
    ),
    Mutant(
        "a success that is not read back is a success",
        BACK,
        "    except Ended:\n        read =",
        "    except KeyError:\n        read =",
        (f"{READ}::test_at_the_deadline_it_is_a_success_all_the_same",),
    ),
    Mutant(
        "what failed is not read",
        BACK,
        "return wanted and is_written and request.push_kind.carries_record",
        "return wanted",
        (f"{READ}::test_what_failed_is_not_read",),
    ),
    Mutant(
        "a report of a refresh ends the wait for it",
        "workflows/waiting.py",
        "or (for_data and state.is_data_read)",
        "",
        ("tests/web/test_read_reports.py::test_a_push_that_waits_for_a_refresh_is_told",),
    ),
    Mutant(
        "a report of a refresh asks at once",
        REFRESH,
        "(ask.is_over or _is_due(known))",
        "_is_due(known)",
        ("tests/web/test_read_reports.py::test_a_push_that_waits_for_a_refresh_is_told",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
