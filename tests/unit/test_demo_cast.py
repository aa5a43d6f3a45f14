import json

import pytest

from codat.models import PushStatus
from codat.validation.validate import validate_record
from emulator import seeds
from emulator.platforms.platforms import option_document
from stack.demo_plan import PLAN
from stack.demo_pushes import PARTS
from workflows.plan.check import with_placeholders

PLATFORMS = {
    connection["id"]: connection["platform"]
    for company in seeds.SEEDED["companies"]
    for connection in company["connections"]
}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.data_type)
def test_every_record_of_the_demo_fits_its_platform(part):
    document = option_document(PLATFORMS[part.connection], part.data_type)

    assert document
    assert [] == validate_record(json.loads(document), part.record)


def test_the_demo_shows_every_ending_once():
    endings = [part.ending for part in PARTS]

    assert sorted(set(PushStatus) - {PushStatus.PENDING}) == sorted(endings)


@pytest.mark.parametrize("step", PLAN["steps"], ids=lambda step: step["name"])
def test_every_record_of_the_demos_plan_fits_its_platform(step):
    document = option_document(PLATFORMS[PLAN["connectionId"]], step["dataType"])

    assert document
    assert [] == validate_record(json.loads(document), with_placeholders(step["data"]))
