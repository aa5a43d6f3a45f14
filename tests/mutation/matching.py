"""Takes out what tells the operation of a push from those of others.

`python -m tests.mutation.matching [NAME ...]`: exit status as that of `tests.mutation.protocol`.
"""

import sys

from tests.mutation.runner import Mutant, main

LIST = "tests/workflow/test_find_list.py"
UPDATES = "tests/workflow/test_find_updates.py"
EQUAL_RECORDS = "tests/workflow/test_find_equal_records.py"
REWRITTEN = "tests/workflow/test_find_rewritten.py"
MATCHING = "tests/unit/test_matching.py"

MUTANTS = (
    Mutant(
        "whole list",
        "activities/operation_list.py",
        "        if is_sorted and last is not None and last < since:\n",
        "        if True:\n",
        (f"{LIST}::test_all_pages_are_read",),
    ),
    Mutant(
        "twins",
        "activities/adoption.py",
        "    twin = await others.duplicate(operation.push_operation_key, is_resolved_too=stands)\n",
        "    twin = None\n",
        (f"{EQUAL_RECORDS}::test_an_operation_held_but_not_listed_yet_is_left_alone",),
    ),
    Mutant(
        "one fact alone shows no other record",
        "activities/matching.py",
        "    if against > 1:\n",
        "    if against > 0:\n",
        (f"{REWRITTEN}::test_two_facts_that_no_platform_changes_show_another_record",),
    ),
    Mutant(
        "ids of one style",
        "activities/record_facts.py",
        "        if _in_one_style(ours[kind], theirs[kind], style_of or id_style)\n",
        "        if bool(ours[kind] and theirs[kind])\n",
        (f"{MATCHING}::test_ids_of_another_kind_cannot_be_compared",),
    ),
    Mutant(
        "amounts of one currency",
        "activities/record_facts.py",
        "    if currencies and others and not currencies & others:\n",
        "    if False:\n",
        (f"{MATCHING}::test_amounts_of_another_currency_cannot_be_compared",),
    ),
    Mutant(
        "an id that is left",
        "activities/matching.py",
        "if is_longer or not _bears_an_id(sent, shown):",
        "if is_longer:",
        (f"{REWRITTEN}::test_with_nothing_unique_left_it_is_unknown_and_written_once",),
    ),
    Mutant(
        "without its number an amount keeps its sign",
        "activities/matching.py",
        "return _may_become(sent, shown, turned=is_opposite)",
        "return _may_become(sent, shown, turned=True)",
        (f"{MATCHING}::test_an_order_has_more_than_one_bill",),
    ),
    Mutant(
        "a type that turned has other signs",
        "activities/matching.py",
        "if is_opposite and not all_signs_changed(sent, shown):",
        "if False:",
        (f"{MATCHING}::test_signs_turn_with_the_type_or_tell_nothing",),
    ),
    Mutant(
        "without its number there are no more lines",
        "activities/matching.py",
        "if is_longer or not _bears_an_id(sent, shown):",
        "if not _bears_an_id(sent, shown):",
        (f"{MATCHING}::test_an_order_has_more_than_one_bill",),
    ),
    Mutant(
        "a longer record is another",
        "activities/matching.py",
        "and is_there and not has_more_lines(self.record, other.record)",
        "and is_there",
        (f"{MATCHING}::test_a_record_with_one_more_line_is_not_equal",),
    ),
    Mutant(
        "what may be another's as well",
        "activities/ownership.py",
        "            fits(record, ours.data)\n",
        "            False\n",
        (f"{REWRITTEN}::test_what_may_be_another_pushs_record_as_well_is_not_taken",),
    ),
    Mutant(
        "what can't be read may be anything",
        "activities/ownership.py",
        "        if record is None\n        or (",
        "        if (",
        (f"{REWRITTEN}::test_where_another_push_cannot_be_read_nothing_is_taken",),
    ),
    Mutant(
        "what shows another's text",
        "activities/find.py",
        "        if not known.include(sighting[0].data, ask.data):\n",
        "        if True:\n",
        (f"{REWRITTEN}::test_what_shows_another_pushs_text_is_not_ours",),
    ),
    Mutant(
        "a text that ours may have become",
        "activities/matching.py",
        "if own[column] and not any(may_become(own_text, text) for own_text in own[column])",
        "if own[column]",
        (f"{MATCHING}::test_what_may_be_ours_is_not_called_anothers",),
    ),
    Mutant(
        "claims behind the ones that were left out",
        "activities/find.py",
        "    if len(left) == len(sightings):\n",
        "    if True:\n",
        (f"{REWRITTEN}::test_a_claim_that_is_not_listed_yet_is_asked_for_after_all",),
    ),
    Mutant(
        "held operations",
        "activities/find.py",
        "if sighting[0].push_operation_key not in held]",
        "]",
        (f"{EQUAL_RECORDS}::test_an_operation_that_another_push_holds_is_no_candidate",),
    ),
    Mutant(
        "what Codat took later is another's",
        "activities/operation_list.py",
        "if since <= when <= until:",
        "if since <= when:",
        (f"{LIST}::test_what_was_requested_long_after_is_not_ours",),
    ),
    Mutant(
        "what wrote other records is another's",
        "activities/sightings.py",
        "if ask.record_id and written and",
        "if False and written and",
        (f"{UPDATES}::test_an_operation_on_another_record_is_not_our_update",),
    ),
    Mutant(
        "claim",
        "activities/find.py",
        "if holder or not await others.claim(ask.adopt):",
        "if holder:",
        (f"{LIST}::test_two_cannot_take_one_operation_at_the_same_moment",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
