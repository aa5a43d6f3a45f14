from uuid import UUID

import pytest
from pydantic import ValidationError

from codat.models import DATA_TYPES, PushTarget
from tests.support.published_documents import published

COMPANY = UUID("8a210b68-6988-11ed-a1eb-0242ac120002")
CONNECTION = UUID("2e9d2c44-f675-40ba-8049-353bfcb5e171")


def a_target(data_type):
    return PushTarget(company_id=COMPANY, connection_id=CONNECTION, data_type=data_type)


@pytest.mark.parametrize("word", ["accounts", "chartOfAccounts"])
def test_accounts_have_one_name_and_two_paths(word):
    target = a_target(word)

    assert ("chartOfAccounts", "chartOfAccounts", "accounts") == (
        target.data_type,
        target.options_path,
        target.push_path,
    )


def test_an_unknown_data_type_names_those_that_exist():
    with pytest.raises(ValueError, match=r"'unicorns' is no data type.*there are bankAccounts"):
        a_target("unicorns")


def test_a_bank_account_is_encoded_in_its_transactions_path():
    target = a_target("bankAccounts/a b/1%/bankTransactions")

    assert "bankAccounts/a%20b%2F1%25/bankTransactions" == target.push_path == target.options_path
    assert "bankTransactions" == target.operation_data_type


@pytest.mark.parametrize("account", ["", ".", ".."])
def test_a_bank_account_that_would_change_the_path_is_refused(account):
    with pytest.raises(ValidationError):
        a_target(f"bankAccounts/{account}/bankTransactions")


def test_a_target_is_read_from_camel_case_in_any_case_of_ids():
    target = PushTarget.model_validate(
        {"companyId": str(COMPANY).upper(), "connectionId": str(CONNECTION), "dataType": "bills"}
    )

    assert a_target("bills") == target


def test_data_types_are_those_of_the_api_description():
    paths = published("openapi_push.json")["paths"]
    created = {path.partition("/push/")[2] for path, calls in paths.items() if "post" in calls}

    assert DATA_TYPES == {a_target(path).data_type for path in created if path and "{" not in path}
