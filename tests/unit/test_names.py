"""Names are terms of the field: what was renamed does not come back, a class name is unique, and
the name of a test is short.
"""

import ast
import io
import re
import tokenize
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "activities",
    "codat",
    "commands",
    "dispatch",
    "emulator",
    "gateway",
    "simulation",
    "stack",
    "surepush_client",
)
FILES = sorted(path for name in (*PACKAGES, "workflows") for path in (ROOT / name).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MAX_TEST_NAME = 60

RETIRED = {
    *("Story", "story", "Conduct", "conduct", "manners", "Manners", "Entry", "Answer"),
    *("Look", "look_up", "glance", "make_sure", "Reading", "Chapter", "tell_push", "untold"),
    *("Fact", "Kind", "Memory", "Safety", "Standing", "how_it_stands", "OptionsShelf"),
    *("Shelved", "shelf", "shelved", "Crowds", "Looks", "Heard", "Hear", "hear", "heard_by"),
    *("beating", "Others", "open_twin", "Measured", "Traced", "SafeHeaders", "Visits"),
    *("visitor_of", "enter", "leave", "Mending", "mend", "Parts", "OtherPayload", "NotAPush"),
    *("NobodyHolds", "Unreadable", "Missing", "NoRoom", "remark", "Remark", "Told", "Moment"),
    *("Settlement", "Allowance", "of_progress", "renew", "hear_cancellation"),
    *("Courier", "sow", "FATES", "SHAPES", "Verdict", "judge"),
}
"""Of the table in the redesign; words of the wire and of prose are not meant."""

SPOKEN = {"one", "told", "said"}

NO_TERMS = {
    *("telling", "hearing", "saying", "asking", "looking", "holding", "mending", "leaving"),
    *("sowing", "settling", "beating", "selecting", "story", "crowds", "courier", "leash"),
}


@cache
def tree_of(path):
    return ast.parse(path.read_text())


def by_file(names):
    return {str(path.relative_to(ROOT)): found for path in FILES if (found := names(path))}


def names_among(words, path):
    """Give the names of a file that match; only a file that has such words is read as code."""
    text = path.read_text()
    if not words.search(text):
        return set()
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    names = {token.string for token in tokens if token.type == tokenize.NAME}
    return {name for name in names if words.fullmatch(name)}


def test_no_retired_name_is_left():
    retired = re.compile(rf"\b({'|'.join(RETIRED)})\b")

    assert {} == by_file(lambda path: names_among(retired, path))


def test_no_name_begins_with_most_longest_or_least():
    old = re.compile(r"\b_*(MOST|LONGEST|LEAST)_\w*")

    assert {} == by_file(lambda path: names_among(old, path))


def extends_the_client(node):
    bases = {ast.unparse(base) for base in node.bases}
    return bool(bases & {f"client.{node.name}", f"client_pushes.{node.name}"})


def test_a_class_name_has_one_meaning():
    places = defaultdict(set)
    for path in FILES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef) and not extends_the_client(node):
                places[node.name].add(str(path.relative_to(ROOT)))

    assert {} == {name: where for name, where in places.items() if len(where) > 1}


def test_modules_are_named_by_terms():
    assert set() == NO_TERMS & {path.stem for path in FILES}


def variables_of(tree):
    """Name what is assigned, looped over or taken as a parameter; a class's fields are not."""
    fields = {
        item.target
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.AnnAssign)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in fields:
            yield node.id


def test_variables_are_named_by_what_they_hold():
    assert {} == by_file(lambda path: SPOKEN & set(variables_of(tree_of(path))))


def test_no_test_has_a_name_of_over_60_characters():
    found = [
        (str(path.relative_to(ROOT)), node.name)
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and len(node.name) > MAX_TEST_NAME
    ]

    assert [] == found
