"""Values in conditions for Temporal's list: none ends its quotes, none is left out in silence."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.visibility import among, equals


def test_a_plain_value_is_said_as_it_is():
    assert 'DataType="bankAccounts/A 1/bankTransactions"' == equals(
        "DataType", "bankAccounts/A 1/bankTransactions"
    )


@pytest.mark.parametrize("odd", ['"', "'", "\\", "`", "\n", "\t", "\x7f", "\u2028"])
def test_of_an_odd_value_the_sayable_beginning_is_said(odd):
    assert 'DataType STARTS_WITH "bank/a"' == equals("DataType", f"bank/a{odd}b")
    assert "DataType IS NOT NULL" == equals("DataType", f"{odd}b")


@given(st.text())
def test_no_value_ends_its_quotes(text):
    condition = equals("X", text)

    assert re.fullmatch(r"""X(=|\ STARTS_WITH\ )"[^"'`\\\x00-\x1f]*"|X IS NOT NULL""", condition)


def test_several_values_are_alternatives():
    assert 'WorkflowId IN ("a", "b")' == among("WorkflowId", ["a", "b"])


def test_an_odd_value_among_several_is_refused():
    with pytest.raises(ValueError, match="can't be searched for"):
        among("WorkflowId", ["a", 'b"'])
