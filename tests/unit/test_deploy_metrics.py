import json
import re
from pathlib import Path

import pytest
import temporalio.bridge
import yaml

from activities import metrics as of_requests
from gateway.middleware import metrics as of_the_gateway
from workflows import metrics as of_pushes

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COUNTERS = {of_pushes.FINISHED, of_requests.REQUESTS, of_the_gateway.REQUESTS}
COUNTERS |= {of_the_gateway.WEBHOOKS}
SPANS = {of_pushes.TO_OUTCOME, of_pushes.WAITED, of_requests.REQUEST_TIME}
SPANS |= {of_the_gateway.REQUEST_TIME}
OURS = (
    {f"{name}_total" for name in COUNTERS}
    | {f"{name}_seconds_{part}" for name in SPANS for part in ("bucket", "count", "sum")}
    | {of_requests.REQUESTS_LEFT}
)
NAME = re.compile(r"\b(?:codat|gateway|push|temporal)_[a-z_]+\b")
SUFFIX = re.compile(r"(?:_total|_seconds_(?:bucket|count|sum))?$")


def alerts():
    (group,) = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]
    return group["rules"]


def panels():
    return json.loads((DEPLOY / "grafana/dashboards/surepush.json").read_text())["panels"]


def expressions():
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [rule["expr"] for rule in alerts()] + shown


def named():
    return {name for expression in expressions() for name in NAME.findall(expression)}


def test_each_metric_of_ours_in_an_alert_or_a_panel_exists():
    assert {name for name in named() if not name.startswith("temporal_")} <= OURS


def test_every_metric_of_ours_is_on_the_dashboard():
    shown = {SUFFIX.sub("", name) for name in named()}

    assert {SUFFIX.sub("", name) for name in OURS} <= shown


def test_every_metric_of_the_sdk_that_is_named_is_in_its_library():
    (library,) = Path(temporalio.bridge.__path__[0]).glob("*.so")
    known = library.read_bytes()
    wanted = {name.removeprefix("temporal_") for name in named() if name.startswith("temporal_")}

    assert {name for name in wanted if SUFFIX.sub("", name).encode() not in known} == set()


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_every_alert_leads_to_words_that_are_there(rule):
    file, _, heading = rule["annotations"].get("runbook", "docs/operating.md: ").partition(": ")

    assert heading in (ROOT / file).read_text()
