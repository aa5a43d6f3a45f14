"""Plans that can't be carried out are refused whole, each fault with its place."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import seeds
from workflows.plan.check import InvalidPlan, read_plan
from workflows.plan.graph import cycles, dependencies, layers, wanted
from workflows.plan.references import REF, read_reference, references_in, resolved

SUPPLIER = {"name": "supplier", "dataType": "suppliers", "data": {"supplierName": "Mill"}}
BILL = {
    "name": "bill",
    "dataType": "bills",
    "data": {"supplierRef": {"id": {REF: "supplier#/records/0/id"}}},
}


def a_plan(*steps, **more):
    about = {"key": "order-7", "companyId": seeds.COMPANY, "connectionId": seeds.PROMPT}
    return {**about, "steps": list(steps), **more}


def refused(*steps, **more):
    with pytest.raises(InvalidPlan) as refusal:
        read_plan(a_plan(*steps, **more))
    return {finding.pointer: finding.message for finding in refusal.value.findings}


def test_references_and_after_make_the_order():
    plan = read_plan(a_plan(BILL, SUPPLIER, {**SUPPLIER, "name": "last", "after": ["bill"]}))

    assert [["supplier"], ["bill"], ["last"]] == layers(dependencies(plan))
    assert {"supplier": ["/records/0/id"]} == wanted(plan)


def test_all_faults_are_told_at_once_with_pointers():
    told = refused(
        {**BILL, "after": ["nobody"]},
        {**SUPPLIER, "name": "bill", "data": {"a/b": {REF: "ghost#/records/0/id"}}},
        {**SUPPLIER, "data": {"x": [{REF: "bill#/errors/0"}]}, "dataType": "boats"},
    )

    assert {
        "/steps/0/after/0",
        "/steps/1/name",
        "/steps/1/data/a~1b",
        "/steps/2/data/x/0",
        "/steps/2/dataType",
    } == set(told)
    assert "there is no step ghost" == told["/steps/1/data/a~1b"]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (7, "must be text"),
        ("supplier", "no reference"),
        ("supplier#", "no reference"),
        ("supplier#records", "no reference"),
        ("supplier#/a~2", "no reference"),
        ("sup plier#/status", "no reference"),
        ("supplier#/records/01/id", "names what no step has"),
        ("supplier#/records/0", "names what no step has"),
        ("supplier#/candidates/0", "names what no step has"),
        ("supplier#/status/x", "names what no step has"),
    ],
)
def test_what_is_no_reference_is_refused(written, why):
    with pytest.raises(ValueError, match=why):
        read_reference(written)


def test_a_reference_stands_alone():
    told = refused({**BILL, "data": {"a": {REF: "bill#/status", "b": 1}}})

    assert ["/steps/0/data/a"] == list(told)


def test_a_cycle_is_told_by_its_steps():
    first = {**SUPPLIER, "name": "first", "after": ["third"]}
    second = {**SUPPLIER, "name": "second", "after": ["first"]}
    third = {**SUPPLIER, "name": "third", "after": ["second"]}

    assert ["first", "second", "third"] == sorted(
        {word for told in refused(first, second, third).values() for word in told.split()}
        & {"first", "second", "third"}
    )


def test_a_step_that_waits_for_itself_is_a_cycle():
    assert "bill before bill" in refused({**BILL, "after": ["bill"]}, SUPPLIER)["/steps/0"]


def test_every_cycle_is_told():
    pairs = [
        {**SUPPLIER, "name": name, "after": [other]}
        for name, other in [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]
    ]

    assert 2 == len(refused(*pairs))


@pytest.mark.parametrize("field", ["companyId", "idempotencyKey", "plan", "retryOf", "resume"])
def test_a_step_has_no_field_of_the_plan_or_of_a_retry(field):
    assert f"/steps/0/{field}" in refused({**SUPPLIER, field: seeds.COMPANY})


def test_a_connection_can_not_be_a_reference():
    told = refused(SUPPLIER, {**BILL, "connectionId": {REF: "supplier#/records/0/id"}})

    assert "must be a UUID" in told["/steps/1/connectionId"]


def test_the_record_of_an_update_may_be_a_reference():
    update = {**BILL, "dataType": "suppliers", "recordId": {REF: "supplier#/records/0/id"}}

    assert 2 == len(read_plan(a_plan(SUPPLIER, update)).steps)


def test_what_is_no_plan_says_what_is_missing():
    with pytest.raises(InvalidPlan, match="/steps: it is missing"):
        read_plan({"key": "k", "companyId": seeds.COMPANY})
    with pytest.raises(InvalidPlan, match="a plan is a JSON object"):
        read_plan([])


def test_the_digest_is_of_what_the_caller_asked_for():
    plan = read_plan(a_plan(SUPPLIER))

    assert plan.digest == plan.model_copy(update={"started_by": "x"}).digest
    assert plan.digest != read_plan(a_plan(SUPPLIER, onFailure="stop")).digest


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda k: k != REF), inner),
    max_leaves=20,
)


@given(JSON)
def test_a_value_without_references_stays_as_it_is(value):
    assert value == resolved(value, {})
    assert {} == references_in(value)


@given(JSON, st.text(alphabet="ab~/0", max_size=4))
def test_a_reference_is_replaced_wherever_it_stands(value, key):
    reference = {REF: "supplier#/records/0/id"}

    assert [value, {key: "17"}] == resolved(
        [value, {key: reference}], {"supplier#/records/0/id": "17"}
    )
    (place,) = references_in([value, {key: reference}])
    assert f"/1/{key.replace('~', '~0').replace('/', '~1')}" == place


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_layers_put_each_step_after_those_it_waits_for(pairs):
    graph = {str(n): frozenset(str(b) for a, b in pairs if a == n) for n in range(10)}
    if list(cycles(graph)):
        return
    place = {name: depth for depth, layer in enumerate(layers(graph)) for name in layer}

    assert set(graph) == set(place)
    assert all(place[before] < place[name] for name in graph for before in graph[name])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_a_told_cycle_is_one(pairs):
    graph = {str(n): frozenset(str(b) for a, b in pairs if a == n) for n in range(5)}

    for circle in cycles(graph):
        assert circle[0] == circle[-1]
        for before, step in itertools.pairwise(circle):
            assert before in graph[step]
