import importlib.metadata
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WHEEL = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
LINTER = PROJECT["tool"]["importlinter"]
NOT_SHIPPED = {"bench", "docs", "examples", "simulation", "tests"}


def packages():
    return {path.parent.name for path in ROOT.glob("[a-z]*/__init__.py")} - NOT_SHIPPED


def modules():
    return {path.name for path in ROOT.glob("*.py")}


def contract(name):
    (found,) = [one for one in LINTER["contracts"] if one["name"] == name]
    return found


def test_the_wheel_ships_every_folder_of_code_and_no_other():
    assert packages() | modules() == WHEEL


def test_every_folder_of_code_is_under_the_import_contracts():
    assert packages() == set(LINTER["root_packages"])


def test_every_folder_but_the_emulator_is_a_layer():
    layers = contract("Imports point downwards")["layers"]

    assert packages() - {"emulator"} == {name for one in layers for name in one.split(" | ")}


def test_no_folder_may_import_an_entry_point():
    rule = contract("Nothing imports an entry point")

    assert packages() == set(rule["source_modules"])
    assert {name.removesuffix(".py") for name in modules()} == set(rule["forbidden_modules"])


def test_the_emulator_may_import_nothing_of_ours():
    rule = contract("The emulator shares no code with what it stands in for")

    assert packages() - {"emulator"} <= set(rule["forbidden_modules"])


def test_every_shipped_file_is_checked_strictly():
    assert WHEEL == set(PROJECT["tool"]["pyright"]["strict"])


def test_no_installed_distribution_claims_our_names():
    ours = {name.removesuffix(".py") for name in WHEEL}
    claimed = importlib.metadata.packages_distributions()

    assert {} == {
        name: claimed[name] for name in ours & set(claimed) if claimed[name] != ["surepush"]
    }


def test_the_readme_maps_every_folder():
    readme = (ROOT / "README.md").read_text()

    assert [] == sorted(name for name in packages() if f"`{name}/`" not in readme)


def test_values_of_visibility_queries_are_written_in_one_place():
    written = {
        f"{folder}/{path.name}"
        for folder in packages() - {"emulator"}
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"""[^>]="\{|IN \(\{""", path.read_text())
    }

    assert {"activities/visibility.py"} == written


def test_the_wall_clock_is_read_in_one_place():
    shipped = [
        *ROOT.glob("*.py"),
        *(file for one in packages() for file in (ROOT / one).glob("*.py")),
    ]
    readers = {
        file.relative_to(ROOT).as_posix() for file in shipped if "datetime.now(" in file.read_text()
    }

    assert {"codat/clock.py"} == {one for one in readers if not one.startswith("emulator/")}
