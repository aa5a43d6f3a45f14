"""Foreign text in Markdown: shown letter by letter, as a Markdown reader of others renders it."""

import html
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from activities.wire import Finding
from codat.models import PushStatus
from workflows.details import outcome_details, progress_details
from workflows.markdown import code, plain
from workflows.models import PushOutcome, PushProgress

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
MARKUP = [
    "<b>bold</b>",
    "<img src=x>",
    "[a link](https://a.example)",
    "![an image](https://a.example/x.png)",
    "<https://a.example>",
    "https://a.example",
    "HTTP://A.EXAMPLE",
    "mailto:a@b.example",
    "**strong** *em* _em_ __strong__ a__b__c",
    "~~gone~~",
    "`code`",
    "$x$",
    "\\*not escaped\\*",
    "[id]: https://a.example",
    "one\n\n# two\n\n| a | b |\n| - | - |\n| 1 | 2 |",
    "trailing \\",
]


def shown(text):
    """What a reader sees, tags and all."""
    return READER.render(f"- it waits: {text}")


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_shown_as_it_was_written(text):
    rendered = shown(plain(text))

    assert f"<ul>\n<li>it waits: {html.escape(' '.join(text.split()))}</li>\n</ul>\n" == rendered


@given(st.text("ab <>[]()!*_`~$\\:/|#-\n"))
def test_no_text_makes_a_tag(text):
    assert {"ul", "li"} >= set(re.findall(r"<(\w+)", shown(plain(text))))


@pytest.mark.parametrize("text", ["https://a.example", "HTTPS://a", "ftp://a", "mailto:a@b.c"])
def test_an_address_is_broken_up_so_that_no_reader_links_it(text):
    assert re.search(r"(?i)(https?|ftp|mailto):", plain(text)) is None


def test_ordinary_sentences_stay_as_they_are():
    said = "Codat answered 503 (Service Unavailable): INV_2026_7 - at 10:30, sorry!"

    assert said == plain(said)


@pytest.mark.parametrize("text", ["a`b`c", "`", "<b>", "a\nb"])
def test_code_can_not_be_ended_from_within(text):
    rendered = READER.render(f"{code(text)} end")

    assert re.fullmatch(r"<p><code>[^<]*</code> end</p>\n", rendered)


@pytest.mark.parametrize("text", MARKUP)
def test_what_a_platform_says_is_no_markup_in_the_panel(text):
    now = datetime(2026, 11, 28, tzinfo=UTC)
    progress = PushProgress(stage="push", message=text, waiting_for=text)
    finding = Finding(pointer=f"/{text}", message=text)
    outcome = PushOutcome(
        status=PushStatus.FAILED,
        message=text,
        errors=[finding],
        submitted=True,
        requested_on_utc=now,
        push_operation_key=UUID(int=7),
    )

    panels = progress_details(progress) + "\n\n" + outcome_details(outcome, "id")

    assert {"p", "strong", "ul", "li", "code"} == set(re.findall(r"<(\w+)", READER.render(panels)))
