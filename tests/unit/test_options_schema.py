import pytest
from jsonschema import Draft202012Validator

from codat.validation.schema import json_schema
from tests.support.option_documents import field, rule
from tests.support.published_documents import PUBLISHED, published

NAMES = sorted(path.stem for path in PUBLISHED.glob("options/*.json")) or ["bills_xero"]


def of(node, name="x"):
    """Convert one field."""
    return json_schema(field("Object", properties={name: node}))["properties"][name]


@pytest.mark.parametrize("name", NAMES)
def test_every_published_document_becomes_a_valid_schema(name):
    Draft202012Validator.check_schema(json_schema(published(f"options/{name}.json")))


def test_the_documented_account_becomes_the_schema_of_an_account():
    schema = json_schema(published("options/chartOfAccounts_xero.json"))
    category = schema["properties"]["fullyQualifiedCategory"]

    assert ["nominalCode", "name", "fullyQualifiedCategory"] == schema["required"]
    assert 10 == schema["properties"]["nominalCode"]["maxLength"]
    assert {"const": "Asset.Current", "title": "Current Asset"} == category["oneOf"][0]
    assert "Fully Qualified Category" == category["title"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("String", {"type": "string"}),
        ("Number", {"type": "number"}),
        ("Boolean", {"type": "boolean"}),
        ("DateTime", {"type": "string", "format": "date-time"}),
        ("Object", {"type": "object"}),
        ("Array", {"type": "array"}),
        ("File", {}),
        ("MultiPart", {}),
        ("Hologram", {}),
    ],
)
def test_each_type_has_its_schema(kind, expected):
    assert {"title": f"A {kind}"} | expected == of(field(kind))


def test_an_array_holds_its_items_fields():
    items = of(field("Array", properties={"a": field("String", required=True)}))["items"]

    assert ("object", ["a"], "string") == (
        items["type"],
        items["required"],
        items["properties"]["a"]["type"],
    )


def test_a_sentence_that_no_machine_can_read_stays_as_a_note():
    schema = of(field("String", validation=rule("Must match the ID of an existing account.")))

    assert ["Must match the ID of an existing account."] == schema["x-notes"]


def test_a_sentence_that_was_read_is_kept_with_where_it_stood():
    schema = of(field("String", validation=rule("Max length of 9 characters.", "information")))

    assert 9 == schema["maxLength"]
    assert ["information"] == [each["list"] for each in schema["x-rules"]]


@pytest.mark.parametrize("name", ["id", "modifiedDate", "sourceModifiedDate", "metadata"])
def test_read_only_fields_are_never_required(name):
    document = field("Object", properties={name: field("String", required=True)})

    assert not {"required", "x-required"} & json_schema(document).keys()


def test_the_id_of_a_reference_is_required():
    reference = field("Object", properties={"id": field("String", required=True)})

    assert ["id"] == of(reference, "supplierRef")["required"]


def test_of_an_account_and_an_item_only_one_can_be_required():
    needed = field("Object", required=True)
    schema = json_schema(field("Object", properties={"accountRef": needed, "itemRef": needed}))

    assert ["accountRef", "itemRef"] == schema["x-required"]


def test_a_choice_offered_twice_is_offered_once():
    choices = [{"value": "a", "displayName": "First"}, {"value": "a", "displayName": "Second"}]

    assert [{"const": "a", "title": "First"}] == of(field("String", options=choices))["oneOf"]
