import pytest

from codat.validation.validate import validate_record
from gateway.pages.forms.render import record_from_form, render_form
from tests.support.html_page import Page
from tests.support.option_documents import fitting
from tests.support.published_documents import PUBLISHED, published

NAMES = sorted(path.stem for path in PUBLISHED.glob("options/*.json")) or ["bills_xero"]


def test_the_documented_choice_comes_out_as_documented():
    html = render_form(published("options/chartOfAccounts_xero.json"))

    assert "required" in Page(html).named("fullyQualifiedCategory")
    assert '<option value="Asset.Current">Current Asset</option>' in html


@pytest.mark.parametrize("name", NAMES)
def test_the_form_of_a_published_document_gives_back_its_record(name):
    document = published(f"options/{name}.json")
    record = fitting(document)

    sent = Page(render_form(document, record)).sent
    again = record_from_form(document, sent)

    assert record == record_from_form(document, sent, record)
    assert [] == [each for each in validate_record(document, again) if each.severity == "error"]


@pytest.mark.parametrize("name", NAMES)
def test_the_form_of_a_published_document_is_no_heavy_page(name):
    assert len(render_form(published(f"options/{name}.json")).encode()) < 90_000
