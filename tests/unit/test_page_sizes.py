"""The largest pages: each has less than 100 KB, all that is read of it included."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from codat.models import DATA_TYPES, PushStatus
from codat.validation.schema import read_options
from dispatch.newest_pushes import FoundPush
from gateway.directory import Names
from gateway.pages.forms.render import referring_fields, render_form
from gateway.pages.listing import PAGE_SIZE
from gateway.pages.plan_graph import HEIGHT, MAX_DRAWN, WIDTH, picture_of
from gateway.pages.plans import _most_urgent
from gateway.references import DATA_TYPES as REFERENCES
from gateway.references import MAX_IN_A_FORM
from gateway.rendering import fragment, open_page
from surepush_client.plan_models import PlanReport, StepReport, StepStatus
from tests.support.published_documents import PUBLISHED, published
from tests.unit.test_charts import a_run

MAX_BYTES = 100_000
FRAME = 3_000
"""Bytes around the part that is measured, at most."""

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SESSION = SimpleNamespace(key=SimpleNamespace(name="all", roles=("push",)), token="t" * 43)
DOCUMENTS = sorted(path.name for path in (PUBLISHED / "options").glob("*_sandbox.json"))


def size(html):
    return len(html.encode())


def test_a_list_of_long_reasons_keys_and_companies_is_small():
    pushes = [FoundPush(a_run(str(uuid4()), 1, PushStatus.FAILED), "k" * 180, "r" * 80)] * PAGE_SIZE
    many = {str(uuid4()): "A company with a name of its own" for _ in range(200)}
    values = {
        "session": SESSION,
        "company": uuid4(),
        "company_name": "n" * 60,
        "companies": list(many.items()),
        "statuses": list(PushStatus),
        "types": sorted(DATA_TYPES),
        "asked": dict.fromkeys(("words", "cause", "status", "dataType", "since"), "x" * 200)
        | {"connectionId": ""},
        "names": Names(),
        "newest": "",
        "can_push": True,
    }
    reasons = dict.fromkeys([push.run.run_id for push in pushes], "An error occurred. " * 300)
    causes = [f"{number} {'c' * 196}" for number in range(PAGE_SIZE)]
    ended = {"shown": 50, "causes": causes, "trouble": False, "older": "", "is_cut": False}
    rows = fragment("list_rows", **values, pushes=pushes, reasons=reasons, now=NOW)
    html = "".join([*open_page("list", **values), rows, fragment("list_end", **values, **ended)])

    assert size(html) < MAX_BYTES


@pytest.mark.parametrize("count", [MAX_DRAWN, 5000])
def test_a_plan_of_many_steps_is_small(count):
    names = [f"step-{number:0>59}" for number in range(count)]
    steps = [
        StepReport(
            name=name,
            data_type="billCreditNotes",
            status=StepStatus.FAILED if number == count - 1 else StepStatus.SUCCESS,
            push_id=uuid4(),
            message="The accounting software refused it. " * 20,
            after=names[max(number - 3, 0) : number],
        )
        for number, name in enumerate(names)
    ]
    report = PlanReport(plan_id=uuid4(), key="k", company_id=uuid4(), state="running", steps=steps)
    html = fragment(
        "plan_live",
        report=report,
        picture=picture_of(report),
        steps=_most_urgent(report),
        colour="Pending",
        wishes=[],
        company=uuid4(),
        session=SESSION,
        here="/",
        width=WIDTH,
        height=HEIGHT,
    )

    assert size(html) < MAX_BYTES - FRAME
    assert names[-1] in html  # what failed is there, however long the plan


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_form_with_all_that_the_books_offer_is_small(name):
    document = read_options(published(f"options/{name}"))
    fields = set(referring_fields(document)) & REFERENCES.keys()
    records = [(str(UUID(int=number)), "n" * 40) for number in range(MAX_IN_A_FORM)]
    share = MAX_IN_A_FORM // max(len(fields), 1)
    offered = dict.fromkeys(fields, records[:share])

    assert size(render_form(document, offered=offered)) < MAX_BYTES - FRAME
