"""Takes out what keeps equal twins from taking each other's last operation, or one twice.

`python -m tests.mutation.twins [NAME ...]`: exit status as that of `tests.mutation.protocol`.
"""

import sys

from tests.mutation.runner import Mutant, main

UNIT = "tests/unit/test_equal_twins.py"
PAST = "tests/unit/test_equal_pushes.py"
SHARE = "tests/unit/test_twin_share.py"
WHOLE = "tests/workflow/test_equal_twins.py"
RULE = "activities/equal_twins.py"
PUSHES = "activities/equal_pushes.py"
TAKE = "activities/twin_share.py"

MUTANTS = (
    Mutant(
        "as many operations as pushes",
        RULE,
        "len(able) != len(operations)),\n",
        "False),\n",
        (f"{UNIT}::test_a_push_that_may_not_have_written_leaves_all_unclear",),
    ),
    Mutant(
        "no answer may come any more",
        RULE,
        "    return push.is_owed or push.last",
        "    return push.last",
        (f"{UNIT}::test_an_attempt_that_may_be_answered_is_awaited",),
    ),
    Mutant(
        "the late look of each twin",
        RULE,
        "push.is_owed or push.last + times.settled_after > now",
        "push.is_owed",
        (f"{UNIT}::test_the_late_look_of_each_is_awaited",),
    ),
    Mutant(
        "a push that is not listed yet",
        RULE,
        "            any(each.requested > just_now for each in operations),\n",
        "            False,\n",
        (f"{UNIT}::test_an_operation_of_a_push_not_listed_yet_is_awaited",),
    ),
    Mutant(
        "a key that may be answered",
        RULE,
        "            key_age is not None and any(twin.newest + key_age > now for twin in able),\n",
        "            False,\n",
        (f"{UNIT}::test_a_key_that_may_still_be_answered_leaves_all_unclear",),
    ),
    Mutant(
        "a past that is in doubt",
        RULE,
        "any(twin.is_in_doubt for twin in able)",
        "False",
        (f"{UNIT}::test_a_push_whose_past_is_in_doubt_leaves_all_unclear",),
    ),
    Mutant(
        "each operation may be of each push",
        RULE,
        "not all(_may_own(twin, each, times) for twin in able for each in operations),\n",
        "False,\n",
        (f"{UNIT}::test_a_push_that_can_have_made_some_only_leaves_all_unclear",),
    ),
    Mutant(
        "the rank is the same whatever the order",
        RULE,
        "    place = [twin.push for twin in sorted(able, key=_by_time)].index(push)\n",
        "    place = [twin.push for twin in able].index(push)\n",
        (f"{UNIT}::test_the_order_in_which_they_are_listed_does_not_matter",),
    ),
    Mutant(
        "an attempt under way may be answered",
        PUSHES,
        "            self._is_owed, self._open = True, None\n",
        "            self._open = None\n",
        (f"{PAST}::test_an_attempt_under_way_may_be_answered",),
    ),
    Mutant(
        "what was sent anew may have written",
        PUSHES,
        "                self._open, self._has_operation = fact, False\n",
        "                self._open = fact\n",
        (f"{PAST}::test_what_was_sent_anew_may_have_written",),
    ),
    Mutant(
        "a person's word",
        PUSHES,
        "            case PastEventKind.SETTLED:\n                self._is_in_doubt = True\n",
        "",
        (f"{PAST}::test_what_a_person_said_was_not_written_is_in_doubt",),
    ),
    Mutant(
        "the end of an attempt that nothing tells",
        PUSHES,
        "            self._is_in_doubt |= not ends\n",
        "",
        (f"{PAST}::test_an_attempt_that_nothing_tells_the_end_of_is_in_doubt",),
    ),
    Mutant(
        "a later look where twins are awaited",
        "workflows/steps/find.py",
        "    if found.twins_awaited:\n",
        "    if False:\n",
        (f"{WHOLE}::test_while_twins_are_not_over_a_push_looks_again",),
    ),
    Mutant(
        "what nobody has",
        TAKE,
        "        if hindrance:\n            return hindrance\n",
        "",
        (f"{SHARE}::test_a_pending_operation_is_awaited",),
    ),
    Mutant(
        "what twins have, by their own word",
        TAKE,
        "        taken = twins.held | claims.keys()\n",
        "        taken = claims.keys()\n",
        (f"{SHARE}::test_what_a_twin_has_by_an_answer_is_not_shared",),
    ),
    Mutant(
        "what is claimed by now",
        TAKE,
        "        taken = twins.held | claims.keys()\n",
        "        taken = twins.held\n",
        (f"{SHARE}::test_what_is_claimed_by_now_is_not_shared",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
