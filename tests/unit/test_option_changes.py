"""What changed between two documents of options."""

from codat.validation.changes import OptionChanges, changes_between, required_by_field
from codat.validation.schema import read_options
from tests.support.option_documents import field


def document(**fields):
    return required_by_field(read_options(field("Object", properties=fields)))


def test_fields_that_came_went_and_became_required_are_told():
    lines = field("Array", properties={"tax": field("String")})
    strict = field("Array", properties={"tax": field("String", required=True)})
    before = document(name=field("String"), lines=lines, fax=field("String"))
    now = document(name=field("String"), lines=strict, email=field("String", required=True))
    changes = changes_between(before, now)

    assert OptionChanges(("/email",), ("/fax",), ("/lines/tax",)) == changes
    assert ["New: /email.", "Gone: /fax.", "Required now: /lines/tax."] == changes.sentences()


def test_equal_documents_and_less_that_is_required_are_no_change():
    before, now = document(a=field("String", required=True)), document(a=field("String"))

    assert not changes_between(before, before)
    assert not changes_between(before, now)
