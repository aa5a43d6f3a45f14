from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from codat import exact_json
from codat.models import OperationPage, PushOperation, PushOption, PushStatus, PushTarget
from tests.support.published_documents import PUBLISHED, published

KEY = "0659a24d-2b66-4979-971e-4b98c3ed7f61"
OPERATION_FIELDS = [field.alias for field in PushOperation.model_fields.values() if field.alias]
OPTION_FIELDS = [field.alias for field in PushOption.model_fields.values() if field.alias]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("2023-01-01T00:00:00+99:00"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["recordRef", "errors", "warnings", "id", "type", "options", "properties"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
FEW = settings(max_examples=15, deadline=None)


def an_operation(**members):
    return PushOperation.model_validate({"pushOperationKey": KEY, **members})


def a_page(**members):
    envelope = {"pageNumber": 1, "pageSize": 100, "totalResults": 0, "results": [], "_links": {}}
    return OperationPage.model_validate({**envelope, **members})


def test_every_published_operation_is_read():
    bodies = [example["body"] for example in published("push_operation_examples.json")]
    read = [PushOperation.model_validate(body) for body in bodies]

    assert [body["status"] for body in bodies] == [operation.status for operation in read]
    assert all(operation.data_connection_key for operation in read)


def test_every_published_options_document_is_read():
    published("error_examples.json")
    documents = sorted((PUBLISHED / "options").glob("*.json"))
    roots = {PushOption.model_validate_json(path.read_bytes()).type for path in documents}

    assert {"Object"} == roots


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("TimedOut", PushStatus.TIMED_OUT),
        ("Processing", PushStatus.PENDING),
        ("Paused", PushStatus.UNKNOWN),
        (7, PushStatus.UNKNOWN),
    ],
)
def test_an_unheard_of_status_is_unknown_and_its_word_kept(word, status):
    operation = an_operation(status=word)

    assert (status, str(word)) == (operation.status, operation.status_text)


REASON = {"errorMessage": "The period is closed."}
FINDING = {"validation": {"errors": [{"message": "Too long."}]}}
NAMED = {"changes": [{"type": "Created", "recordRef": {"id": "7"}}]}


@pytest.mark.parametrize(
    ("members", "is_believed"),
    [
        (REASON, True),
        (FINDING, True),
        (REASON | {"statusCode": 400}, True),
        (REASON | {"changes": [{"type": "Created", "recordRef": {"dataType": "bills"}}]}, True),
        ({}, False),
        ({"statusCode": 400}, False),
        ({"statusCode": 400, "validation": {"warnings": [{"message": "Hm."}]}}, False),
        *((REASON | {"statusCode": code}, False) for code in (200, 202, 404, 408, 500, 502, 504)),
        (REASON | FINDING | NAMED, False),
        (REASON | NAMED | {"statusCode": 400}, False),
        (REASON | {"changes": [{"type": "AttachmentUploaded", "attachmentId": "7"}]}, False),
    ],
)
def test_failed_is_believed_only_where_it_proves_no_write(members, is_believed):
    operation = an_operation(status="Failed", **members)

    assert is_believed == (operation.status is PushStatus.FAILED)
    assert ("Failed", True) == (operation.status_text, operation.is_over)
    assert operation == PushOperation.model_validate_json(operation.model_dump_json())


@pytest.mark.parametrize(
    ("members", "is_over"),
    [
        ({"status": "Success"}, True),
        ({"status": "Pending", "completedOnUtc": "2023-02-12T15:15:51Z"}, False),
        ({"status": "Processing", "completedOnUtc": "2023-02-12T15:15:51Z"}, False),
        ({"status": "Paused"}, False),
        ({"status": "Paused", "completedOnUtc": "2023-02-12T15:15:51Z"}, True),
    ],
)
def test_an_operation_knows_whether_it_is_over(members, is_over):
    assert is_over == an_operation(**members).is_over


PLACE = {"companyId": KEY, "dataConnectionKey": KEY}


@pytest.mark.parametrize(
    ("members", "is_ours"),
    [
        ({}, True),
        (PLACE | {"dataType": "bills"}, True),
        (PLACE | {"dataType": "Bills"}, True),
        (PLACE | {"dataType": "vendorBills"}, True),
        (PLACE | {"dataType": "invoices"}, False),
        (PLACE | {"dataType": "bankTransactions"}, False),
        (PLACE | {"companyId": str(UUID(int=1))}, False),
        (PLACE | {"dataConnectionKey": str(UUID(int=1))}, False),
    ],
)
def test_an_operation_is_of_another_target_only_where_it_says_so(members, is_ours):
    target = PushTarget(company_id=UUID(KEY), connection_id=UUID(KEY), data_type="bills")

    assert is_ours == an_operation(**members).is_of(target)


def test_a_status_knows_its_own_questions():
    assert [PushStatus.PENDING] == [status for status in PushStatus if status.is_pending]
    assert ["Success", "Failed", "TimedOut"] == [s for s in PushStatus if s.is_final]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-02-12T15:15:51.1723204Z", datetime(2023, 2, 12, 15, 15, 51, 172320, UTC)),
        ("2018-08-15T17:22:00", datetime(2018, 8, 15, 17, 22, tzinfo=UTC)),
        ("2018-08-15T17:22:00+02:00", datetime(2018, 8, 15, 15, 22, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("soon", None),
        (None, None),
    ],
)
def test_times_are_utc_and_unset_ones_none(text, moment):
    assert moment == an_operation(requestedOnUtc=text).requested_on_utc


def test_the_older_name_of_the_connection_is_read():
    connection = "35e38cd5-66ea-41b8-b555-9efd5b792b68"

    assert UUID(connection) == an_operation(dataConnectionId=connection).data_connection_key


def test_the_older_name_of_a_data_type_is_read():
    assert "chartOfAccounts" == an_operation(dataType="accounts").data_type


@pytest.mark.parametrize(("status", "ids"), [("Success", ["7"]), ("Pending", []), ("Failed", [])])
def test_records_are_told_only_of_a_success(status, ids):
    changes = [{"type": "Created", "recordRef": {"id": 7, "dataType": "bills"}}, {"recordRef": {}}]

    assert ids == [ref.id for ref in an_operation(status=status, changes=changes).records]


def test_a_change_of_something_unreadable_is_still_a_change():
    operation = an_operation(status="Success", changes=[{"type": "Created", "recordRef": "7"}, 7])

    assert [("Created", None)] == [(c.type, c.record_ref) for c in operation.changes]


def test_null_means_absent():
    nulls = dict.fromkeys(OPERATION_FIELDS, None)

    assert an_operation() == an_operation(**{**nulls, "pushOperationKey": KEY})


@pytest.mark.parametrize("body", [{}, {"pushOperationKey": "x"}, [], "text", None, 7])
def test_json_without_a_key_is_no_operation(body):
    with pytest.raises(ValidationError):
        PushOperation.model_validate(body)


@FEW
@given(st.dictionaries(st.sampled_from(OPERATION_FIELDS), JUNK))
def test_an_operation_with_a_key_is_read_whatever_else_it_says(members):
    operation = an_operation(**{**members, "pushOperationKey": KEY})

    assert UUID(KEY) == operation.push_operation_key


@FEW
@given(st.dictionaries(st.sampled_from(OPTION_FIELDS), JUNK))
def test_options_are_read_whatever_they_say(members):
    assert isinstance(PushOption.model_validate(members), PushOption)


def test_an_operation_survives_its_own_json():
    operation = an_operation(status="Odd", requestedOnUtc="2018-08-15T17:22:00", changes=[{}])

    assert operation == PushOperation.model_validate_json(operation.model_dump_json())


def test_the_record_as_written_keeps_its_digits():
    document = exact_json.loads(f'{{"pushOperationKey": "{KEY}", "data": {{"amount": 0.10}}}}')

    assert '{"amount":0.10}' == exact_json.dumps(PushOperation.model_validate(document).data)


@pytest.mark.parametrize(
    ("members", "more"),
    [
        ({"_links": {"self": {}, "next": {"href": "/x"}}}, True),
        ({"_links": {"self": {}, "next": None}}, False),
        ({"_links": None, "totalResults": 101}, True),
        ({"_links": None, "totalResults": 100}, False),
    ],
)
def test_a_page_knows_whether_more_follow(members, more):
    assert more is a_page(**members).has_next


@pytest.mark.parametrize("members", [{"results": None, "totalResults": 1}, {"results": [{}]}])
def test_a_page_that_hides_an_operation_is_no_page(members):
    with pytest.raises(ValidationError):
        a_page(**members)


def test_an_empty_page_may_say_so_with_null():
    assert [] == a_page(results=None).results
