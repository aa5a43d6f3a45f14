"""Which pushes an operator means, and that no value can mean more."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from codat.models import PushStatus
from commands.exit_codes import CommandError
from commands.filters import read_selection, read_since
from dispatch.selection import Selection

COMPANY = UUID("8a210b68-6988-11ed-a1eb-0242ac120002")


def test_what_is_not_given_does_not_narrow():
    assert 'WorkflowType="push"' == Selection().clause


def test_all_that_is_given_narrows():
    clause = Selection(
        company=COMPANY, data_type="bills", since=datetime(2026, 11, 20, tzinfo=UTC)
    ).clause

    assert (
        f'WorkflowType="push" AND CompanyId="{COMPANY}" AND DataType="bills" '
        'AND StartTime>="2026-11-20T00:00:00+00:00"'
    ) == clause


def test_several_statuses_are_alternatives():
    clause = Selection(statuses=(PushStatus.PENDING, PushStatus.SUCCESS)).clause

    assert '(CloseTime IS NULL OR (ExecutionStatus="Completed" OR ' in clause


def test_an_operators_own_condition_stands_in_brackets():
    clause = Selection(visibility="A OR B").clause

    assert clause.endswith(" AND (A OR B)")


@pytest.mark.parametrize(("text", "hours"), [("90m", 1.5), ("6h", 6), ("2d", 48), ("1w", 168)])
def test_an_age_counts_back_from_now(text, hours):
    age = -(read_since(text) - datetime.now(UTC))

    assert timedelta(0) <= age - timedelta(hours=hours) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"since": "yesterday"}, "--since must be an age"),
        ({"since": "999999w"}, "--since must be an age"),
        ({"statuses": ["Broken"]}, "--status must be one of Pending,"),
        ({"company": "7"}, "--company must be a UUID"),
        ({"connection": "x"}, "--connection must be a UUID"),
        ({"data_type": "cheques"}, "--data-type: 'cheques' is no data type"),
    ],
)
def test_a_wrong_value_gets_one_sentence(given, complaint):
    with pytest.raises(CommandError) as caught:
        read_selection(**given)

    assert str(caught.value).startswith(complaint)
    assert 1 == len(str(caught.value).splitlines())


@pytest.mark.parametrize("option", ["company", "connection", "data_type", "since", "query"])
@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_value_does_not_mean_all(option, text):
    complaint = f"--{option.replace('_', '-')} must not be empty."

    with pytest.raises(CommandError, match=complaint):
        read_selection(**{option: text})
