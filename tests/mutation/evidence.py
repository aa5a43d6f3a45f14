"""Takes out what keeps a verdict on a record in the books from being wrong.

`python -m tests.mutation.evidence [NAME ...]`: exit status as that of `tests.mutation.protocol`.
"""

import sys

from tests.mutation.runner import Mutant, main

EVIDENCE = "tests/unit/test_evidence.py"
RULES = "tests/unit/test_evidence_rules.py"
LAWS = "tests/property/test_evidence_laws.py"
JUDGE = "activities/evidence.py"
FACTS = "activities/kept_facts.py"
TEXTS = "activities/record_texts.py"
LIKENESS = "activities/text_likeness.py"
UNCHANGED = "activities/unchanged.py"
UNIQUE = "activities/unique_field.py"
AGE = "activities/record_age.py"
HIDING = f"{RULES}::test_equality_proves_nothing_where_a_twin_may_hide"

MUTANTS = (
    Mutant(
        "two contradictions",
        JUDGE,
        "    if independent(against) >= NEEDED_AGAINST:\n",
        "    if against:\n",
        (f"{EVIDENCE}::test_one_fact_that_contradicts_proves_nothing",),
    ),
    Mutant(
        "independence",
        "activities/observations.py",
        "    return len({observation.topic for observation in observations})\n",
        "    return len(observations)\n",
        (f"{EVIDENCE}::test_a_note_and_a_line_text_are_one_fact",),
    ),
    Mutant(
        "a bundle changes items, accounts and texts at once",
        FACTS,
        '    has_items = any(found.kind == "item" for each in (sent, read) for found in ',
        "    has_items = any(False for each in (sent, read) for found in ",
        (f"{EVIDENCE}::test_a_bundle_that_was_written_out_is_one_fact",),
    ),
    Mutant(
        "who pays for a line is not the party",
        FACTS,
        "if not isinstance(value, list)}\n",
        "}\n",
        (f"{EVIDENCE}::test_who_pays_for_a_line_is_not_the_party",),
    ),
    Mutant(
        "older than our request",
        JUDGE,
        "    if age is Age.OLDER:\n",
        "    if False:\n",
        (
            f"{RULES}::test_what_is_older_than_our_request_is_not_ours",
            f"{LAWS}::test_what_is_older_than_our_request_is_never_ours",
        ),
    ),
    Mutant(
        "named by another operation",
        JUDGE,
        "    if context.is_named_by_another:\n",
        "    if False:\n",
        (
            f"{RULES}::test_a_record_that_another_operation_names_is_not_ours",
            f"{LAWS}::test_what_another_operation_names_is_never_ours",
        ),
    ),
    Mutant(
        "a reading that began too early",
        JUDGE,
        "        return self.refresh_began < self.operation_over\n",
        "        return False\n",
        (f"{LAWS}::test_a_reading_that_began_too_early_proves_nothing",),
    ),
    Mutant(
        "only a record that is new is ours",
        JUDGE,
        "    if age is not Age.NEW:\n",
        "    if age is Age.OLDER:\n",
        (f"{RULES}::test_a_copy_that_is_new_may_be_of_an_old_record",),
    ),
    Mutant(
        "Codat's copy alone is not new",
        AGE,
        "    return Age.NEW if by_software and by_software[0] >= since else Age.UNCERTAIN\n",
        "    return Age.NEW if spans and spans[-1][0] >= since else Age.UNCERTAIN\n",
        (f"{RULES}::test_a_copy_that_is_new_may_be_of_an_old_record",),
    ),
    Mutant(
        "a time without a zone is a span",
        AGE,
        "    return moment - _EARLIEST_ZONE, moment - _LATEST_ZONE + longest\n",
        "    return moment, moment + longest\n",
        (f"{RULES}::test_a_time_without_a_zone_or_an_hour_is_a_span",),
    ),
    Mutant(
        "midnight is a day",
        AGE,
        "    longest = _A_DAY if is_a_day else timedelta()\n",
        "    longest = timedelta()\n",
        (f"{RULES}::test_a_time_without_a_zone_or_an_hour_is_a_span",),
    ),
    Mutant(
        "the year 1 is no date",
        AGE,
        "    return moment if moment and moment.year in _YEARS else None\n",
        "    return moment\n",
        (f"{RULES}::test_a_time_without_a_zone_or_an_hour_is_a_span",),
    ),
    Mutant(
        "a deleted record is not called ours",
        JUDGE,
        '    return "The record was deleted." if _is_deleted(read) else ""\n',
        '    return ""\n',
        (f"{RULES}::test_a_deleted_record_is_not_called_ours",),
    ),
    Mutant(
        "folding is no equality",
        UNIQUE,
        "    if is_value and is_same(ours, theirs):\n",
        "    if is_value and str(ours).strip().casefold() == str(theirs).strip().casefold():\n",
        (f"{RULES}::test_equal_after_cutting_or_folding_is_not_equal",),
    ),
    Mutant(
        "cutting is no equality",
        UNIQUE,
        "    if is_value and is_same(ours, theirs):\n",
        "    if is_value and theirs and str(ours).startswith(str(theirs)):\n",
        (f"{RULES}::test_equal_after_cutting_or_folding_is_not_equal",),
    ),
    Mutant(
        "a unique field needs a value",
        UNIQUE,
        "    is_value = ours.strip() if isinstance(ours, str) else number_of(ours) is not None\n",
        "    is_value = True\n",
        (f"{RULES}::test_a_unique_field_needs_a_value",),
    ),
    Mutant(
        "a unique field that differs proves nothing",
        UNIQUE,
        "        yield agrees(Topic.UNIQUE, tuple(steps), ours)\n",
        "        yield agrees(Topic.UNIQUE, tuple(steps), ours)\n"
        "    elif pointer:\n"
        '        yield Observation(Topic.UNIQUE, pointer, speaks_for=False, sentence="")\n',
        (
            f"{RULES}::test_a_unique_field_that_differs_proves_nothing",
            f"{LAWS}::test_a_unique_field_that_differs_changes_no_verdict",
        ),
    ),
    Mutant(
        "a unique field against two facts",
        JUDGE,
        "    if has_unique:\n",
        "    if False:\n",
        (f"{RULES}::test_a_unique_field_of_a_contradicting_record_is_unclear",),
    ),
    Mutant(
        "all came back unchanged",
        JUDGE,
        "    if not is_unchanged(sent, read):\n",
        "    if False:\n",
        (
            f"{EVIDENCE}::test_what_a_platform_changes_is_neither",
            f"{LAWS}::test_a_near_twin_is_never_ours",
        ),
    ),
    Mutant(
        "lines in any order",
        UNCHANGED,
        "return sorted((_part(row, columns, places, column) for row in rows), key=canonical)",
        "return [_part(row, columns, places, column) for row in rows]",
        (
            f"{EVIDENCE}::test_the_order_of_lines_does_not_matter",
            f"{LAWS}::test_the_order_of_lines_changes_no_verdict",
        ),
    ),
    Mutant(
        "what was not sent may be a twin's",
        UNCHANGED,
        "    if _has_more(sent, read):\n",
        "    if False:\n",
        (f"{RULES}::test_what_was_not_sent_may_be_a_twins",),
    ),
    Mutant(
        "a number of its own",
        UNCHANGED,
        "    if not _has_own_number(sent, data_type):\n",
        "    if False:\n",
        (HIDING, f"{RULES}::test_a_type_without_a_number_of_its_own_is_unclear"),
    ),
    Mutant(
        "as long as a limit",
        UNCHANGED,
        "    if any({len(text), len(text) + 1} & TEXT_LIMITS for text in texts):\n",
        "    if False:\n",
        (HIDING,),
    ),
    Mutant(
        "a letter that the platform lacks",
        UNCHANGED,
        '    if any("?" in text for text in texts):\n',
        "    if False:\n",
        (HIDING,),
    ),
    Mutant(
        "whole amounts may be rounded",
        UNCHANGED,
        "    if numbers and all(number == number.to_integral_value() for number in numbers):\n",
        "    if False:\n",
        (HIDING,),
    ),
    Mutant(
        "the issue date within a day",
        FACTS,
        "_DAYS_APART = timedelta(days=1)\n",
        "_DAYS_APART = timedelta(days=0)\n",
        (f"{EVIDENCE}::test_a_date_moves_by_a_day_where_a_zone_is_lost",),
    ),
    Mutant(
        "the number of lines within reason",
        FACTS,
        "_LINES_OF_ONE, _LINES_MORE = 3, 3\n",
        "_LINES_OF_ONE, _LINES_MORE = 1, 0\n",
        (f"{EVIDENCE}::test_lines_are_split_within_reason",),
    ),
    Mutant(
        "a line without an account may be ours",
        FACTS,
        "    return all(_lacking(read, name) <= _lacking(sent, name) for name in lists)\n",
        "    return True\n",
        (f"{EVIDENCE}::test_a_line_without_an_account_may_be_ours",),
    ),
    Mutant(
        "a line without a text may be ours",
        TEXTS,
        "        is_certain = is_none_left and _is_complete(read, field, shown)\n",
        "        is_certain = is_none_left\n",
        (f"{EVIDENCE}::test_a_line_without_an_account_may_be_ours",),
    ),
    Mutant(
        "a text that is left beside others",
        TEXTS,
        "(is_certain or _have_same_lines(sent, read, field))",
        "True",
        (f"{EVIDENCE}::test_joined_lines_beside_the_platforms_own_say_nothing",),
    ),
    Mutant(
        "texts that were joined",
        LIKENESS,
        " or _words(sent) <= theirs <= own_words\n",
        "\n",
        (f"{EVIDENCE}::test_a_text_may_be_joined_or_beside_the_platforms_own",),
    ),
    Mutant(
        "amounts with tax and without",
        FACTS,
        "    sent, read = _with_both_sums(sent), _with_both_sums(read)\n",
        "",
        (f"{EVIDENCE}::test_amounts_with_and_without_tax_are_one",),
    ),
    Mutant(
        "a discount",
        FACTS,
        "    elif amounts_contradict(sent, read) and not _is_discounted(sent):\n",
        "    elif amounts_contradict(sent, read):\n",
        (f"{EVIDENCE}::test_a_discount_may_change_all_amounts",),
    ),
    Mutant(
        "what belongs to payments",
        FACTS,
        "        {name: value for name, value in record.items() if name not in OF_OTHERS}\n",
        "        dict(record)\n",
        (f"{EVIDENCE}::test_allocated_payments_say_nothing",),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
