"""docs/settings.md lists every setting of every process, as the settings classes have it."""

import re
from pathlib import Path

import worker
from tests.support.settings_page import PAGE, READERS, WORKER, rows, tables, with_tables

ROOT = Path(__file__).parents[2]
CLASS = re.compile(r"^class (\w+)\(BaseSettings\)", re.MULTILINE)
SHIPPED = ("activities", "codat", "commands", "dispatch", "emulator", "gateway", "stack")


def test_the_page_is_what_the_program_makes():
    page = PAGE.read_text()

    assert with_tables(page) == page


def test_every_settings_class_is_on_the_page():
    files = [file for folder in SHIPPED for file in (ROOT / folder).rglob("*.py")]
    written = {name for file in files for name in CLASS.findall(file.read_text())}

    assert {kind.__name__ for kind in READERS} == written


def test_every_setting_says_what_it_means():
    assert [] == [row.name for kind in READERS for row in rows(kind) if not row.meaning]


def test_the_worker_reads_what_the_page_says():
    assert {kind for kind, readers in READERS.items() if WORKER in readers} == set(worker.SETTINGS)


def test_every_variable_of_the_example_file_is_on_the_page():
    names = re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    page = PAGE.read_text()

    assert [] == [name for name in names if f"`{name}`" not in page]


def test_a_pipe_in_a_cell_does_not_end_it():
    lengths = {
        len(re.split(r"(?<!\\)\|", line)) for line in tables().splitlines() if line[:1] == "|"
    }

    assert {7} == lengths
