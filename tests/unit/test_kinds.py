"""What each kind of push needs, and how the id of a push names its kind."""

from uuid import UUID, uuid5

import pytest
from pydantic import ValidationError

from codat.kinds import PushKind
from workflows.input_errors import sentence_of
from workflows.models import PUSH_NAMESPACE, PushRequest

PLACE = {"companyId": str(UUID(int=1)), "connectionId": str(UUID(int=2)), "dataType": "bills"}
DELETE = PLACE | {"kind": "delete", "recordId": "7", "idempotencyKey": "k"}
FILE = {"name": "a.pdf", "size": 5, "sha256": "0" * 64, "storage": "s", "pieces": [{"path": "p"}]}
ATTACH = DELETE | {"kind": "attach", "file": FILE}
DETACH = DELETE | {"kind": "detach", "attachmentId": "1"}


def a_request(**fields):
    return PushRequest.model_validate(DELETE | fields)


def complaint_about(given):
    with pytest.raises(ValidationError) as raised:
        PushRequest.model_validate(given)
    return sentence_of(raised.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (PLACE, "data is missing."),
        (PLACE | {"data": None}, "data must be a JSON object, the record to push."),
        (PLACE | {"kind": "delete"}, "recordId is missing: a push of the kind delete is of one "),
        (PLACE | {"kind": "update", "data": {}}, "recordId is missing: a push of the kind update"),
        (
            PLACE | {"data": {}, "recordId": "7"},
            "data has no field: an update that changes nothing",
        ),
        (PLACE | {"kind": "create", "data": {}, "recordId": "7"}, "recordId: a create has none"),
        (DELETE | {"kind": "erase"}, "kind must be create, update, delete, attach or detach; "),
        (DELETE | {"kind": "attach"}, "file is missing: a push of the kind attach has one."),
        (DELETE | {"kind": "detach"}, "attachmentId is missing: a push of the kind detach has "),
        (PLACE | {"data": {}, "recordId": "7", "lookFirst": True}, "lookFirst belongs to a create"),
        (DELETE | {"readBack": True}, "readBack belongs to a create or an update: a delete has "),
        (PLACE | {"data": {}, "readBack": "yes"}, "readBack: Input should be a valid boolean."),
        (DELETE | {"file": FILE}, "file belongs to a push of the kind attach: leave it out."),
        (DELETE | {"attachmentId": "1"}, "attachmentId belongs to a push of the kind detach: "),
        (ATTACH | {"data": {"a": 1}}, "data: a push that is to attach has no record: leave data "),
        (ATTACH | {"file": FILE | {"name": "a/b"}}, "file.name: it must be a bare file name, "),
        (ATTACH | {"file": FILE | {"size": 0}}, "file.size: Input should be greater than or equal"),
        (DETACH | {"attachmentId": ".."}, "attachmentId: '..' is no id of a record."),
        (
            ATTACH | {"dataType": "suppliers"},
            "dataType: Codat attaches files to billCreditNotes, bills, directCosts, ",
        ),
        (
            DETACH | {"dataType": "invoices"},
            "dataType: Codat removes attachments of bills, not invoices.",
        ),
        (DELETE | {"data": {"a": 1}}, "data: a push that is to delete has no record: leave data "),
        (DELETE | {"forceUpdate": True}, "forceUpdate belongs to an update: "),
        (
            DELETE | {"dataType": "suppliers"},
            "dataType: Codat deletes billPayments, bills, directCosts, invoices, journalEntries, ",
        ),
    ],
)
def test_what_makes_no_push_is_said_in_a_sentence(given, said):
    assert complaint_about(given).startswith(said)


def test_a_create_and_an_update_keep_their_ids():
    create = PushRequest.model_validate(PLACE | {"data": {}, "idempotencyKey": "k"})
    named = create.model_copy(update={"kind": PushKind.CREATE})
    update = create.model_copy(update={"record_id": "a/b"})
    place = f"{UUID(int=1)}/{UUID(int=2)}/bills"

    assert uuid5(PUSH_NAMESPACE, f"{place}/create/k") == create.push_id == named.push_id
    assert uuid5(PUSH_NAMESPACE, f"{place}/update/a/b/k") == update.push_id


def test_a_later_kind_encodes_what_it_is_about():
    place = f"{UUID(int=1)}/{UUID(int=2)}/bills"

    assert uuid5(PUSH_NAMESPACE, f"{place}/delete/a%2Fb/k") == a_request(recordId="a/b").push_id
    assert (
        a_request(recordId="a/b").push_id != a_request(recordId="a", idempotencyKey="b/k").push_id
    )


def test_pushes_without_a_record_differ_by_what_they_are_about():
    known = a_request()

    assert known.digest == a_request(idempotencyKey="other").digest
    assert known.digest != a_request(recordId="8").digest
    assert "delete 7 of bills" == known.task


def test_a_file_is_known_by_its_content_not_by_its_place():
    known = PushRequest.model_validate(ATTACH)
    elsewhere = PushRequest.model_validate(ATTACH | {"file": FILE | {"pieces": [{"path": "q"}]}})
    other = PushRequest.model_validate(ATTACH | {"file": FILE | {"sha256": "1" * 64}})

    assert known.digest == elsewhere.digest != other.digest
    assert known.push_id == elsewhere.push_id == other.push_id
    assert "attach a.pdf to 7 of bills" == known.task


def test_the_id_of_a_removal_names_record_and_attachment():
    place = f"{UUID(int=1)}/{UUID(int=2)}/bills"
    detach = PushRequest.model_validate(DETACH | {"recordId": "a/b", "attachmentId": "1/2"})

    assert uuid5(PUSH_NAMESPACE, f"{place}/detach/a%2Fb/1%2F2/k") == detach.push_id
    assert "detach 1/2 from a/b of bills" == detach.task


def test_an_empty_body_is_as_good_as_none():
    assert a_request(data={}).push_id == a_request().push_id
