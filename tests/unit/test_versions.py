"""Each patch of the workflow is in the table of patches, and each one in the table is used."""

import ast
from pathlib import Path

from workflows import versions

ROOT = Path(__file__).parents[2]


def patches_used():
    for path in (ROOT / "workflows").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(ast.Attribute(attr="patched" | "deprecate_patch"), [patch]):
                    yield ast.unparse(patch)


def test_the_table_has_each_patch_that_is_used():
    table = {f"{name}.name" for name, value in vars(versions).items() if value in versions.PATCHES}

    assert table == set(patches_used())
    assert len(table) == len(versions.PATCHES)


def test_a_patch_says_why_it_is_there_and_when_it_goes():
    assert all(all(patch) for patch in versions.PATCHES)
