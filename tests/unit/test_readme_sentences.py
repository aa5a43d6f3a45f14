"""Pages are easy to read: their sentences are short, and their links lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.support.sentence_lengths import lengths, median_and_p90, sentences

ROOT = Path(__file__).parents[2]
PAGES = [
    "CONTRIBUTING.md",
    "README.md",
    "docs/architecture.md",
    "docs/clients.md",
    "docs/decisions.md",
    *sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("docs/first_push/*.md")),
    "docs/gateway.md",
    "docs/glossary.md",
    "docs/measured.md",
    "docs/operating.md",
    "docs/plans.md",
    "docs/production.md",
    "docs/protocol.md",
    "docs/settings.md",
    "docs/temporal_commands.md",
]
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]*))?\)")


def anchors(page):
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_sentences_are_short(page):
    median, p90 = median_and_p90((ROOT / page).read_text())

    assert median <= 15
    assert p90 <= 25


def test_code_tables_and_addresses_are_no_prose():
    page = (
        "# A title\n\nOne `two words` [three](https://a.example). Four.\n\n| a | b |\n| - | - |\n"
    )

    assert ["One code three.", "Four."] == sentences(page + "\n```sh\nmake it\n```\n")
    assert [3, 1] == lengths(page)


@pytest.mark.parametrize(
    "page",
    sorted(
        file.relative_to(ROOT).as_posix()
        for file in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
    ),
)
def test_links_lead_to_files_and_headings_that_are_there(page):
    file = ROOT / page
    for path, anchor in LINK.findall(file.read_text()):
        target = file.parent / path if path else file

        assert target.exists(), path
        assert not anchor or anchor in anchors(target.read_text()), anchor
