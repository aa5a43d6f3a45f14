import pytest

from codat.models import PushOption
from codat.validation.pointers import pointer, pointer_of

RECORD = {
    "lineItems": [{"taxRateRef": {"id": "7"}}, {"taxRateRef": {"id": "8"}}],
    "paymentAllocations": [{"payment": {"id": "1"}, "allocation": {"currency": "GBP"}}],
    "SubTotal": 1,
}
OPTIONS = PushOption.model_validate(
    {
        "type": "Object",
        "properties": {
            "totalAmount": {"type": "Number"},
            "lineItems": {"type": "Array", "properties": {"quantity": {"type": "Number"}}},
        },
    }
)


@pytest.mark.parametrize(
    ("item_id", "expected"),
    [
        ("LineItems[0].TaxRateRef.Id", "/lineItems/0/taxRateRef/id"),
        ("lineitems[1].taxrateref", "/lineItems/1/taxRateRef"),
        ("PaymentAllocations[0].Allocation.Currency", "/paymentAllocations/0/allocation/currency"),
        ("PaymentAllocations[0].PaymentAllocationPayment.Id", "/paymentAllocations/0/payment/id"),
        ("PaymentAllocations.Payment.Id", "/paymentAllocations/0/payment/id"),
        ("subTotal", "/SubTotal"),
        ("TotalAmount", "/totalAmount"),
        ("LineItems[5].Quantity", "/lineItems/5/quantity"),
        ("Invoice.LineItems[1].TaxRateRef.Id", "/lineItems/1/taxRateRef/id"),
    ],
)
def test_an_item_id_names_a_place_in_the_callers_record(item_id, expected):
    assert expected == pointer_of(item_id, RECORD, OPTIONS)


@pytest.mark.parametrize(
    ("item_id", "expected"),
    [
        ("LineItems.TaxRateRef.Id", "/lineItems"),
        ("LineItems[0].Colour", "/lineItems/0"),
        ("Company", ""),
        ("", ""),
        (None, ""),
        ("[[..]]", ""),
    ],
)
def test_what_is_not_certain_points_to_what_is(item_id, expected):
    assert expected == pointer_of(item_id, RECORD, OPTIONS)


def test_without_options_names_are_written_as_in_the_api():
    assert "/lineItems/3/taxRateRef/id" == pointer_of("LineItems[3].TaxRateRef.Id", {})


@pytest.mark.parametrize("record", [None, [], "text", 7])
def test_a_record_of_any_shape_is_survived(record):
    assert "" == pointer_of("A[0].B[1].C", record, OPTIONS)


def test_pointers_escape_their_separators():
    assert "/a~1b/0/c~0d" == pointer(["a/b", 0, "c~d"])
