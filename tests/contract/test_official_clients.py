import json
import subprocess
import sys

import pytest

from emulator import seeds
from tests.support.emulator_process import KEY, ROOT, running

OFFICIAL = ROOT / "tests" / "official"


@pytest.fixture(name="report", scope="module")
def _report(official_python):
    with running() as emulator:
        where = [emulator.url, seeds.COMPANY, seeds.PROMPT, KEY["Authorization"]]
        done = subprocess.run(
            [official_python, OFFICIAL / "drive.py", *where],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        sys.stderr.write(done.stderr)
        return json.loads(done.stdout)


@pytest.mark.timeout(400)
def test_codat_accounting_creates_pushes_and_reads_their_end(report):
    assert "Pending" == report["accounting"]["first"]
    assert ["Success", "Success"] == report["accounting"]["statuses"]
    assert all(report["accounting"]["records"])


@pytest.mark.timeout(400)
def test_codat_platform_lists_what_the_others_pushed(report):
    newest = [report["payables"]["key"], report["accounting"]["keys"][-1]]

    assert newest == report["platform"]["listed"]
    assert (3, "Object") == (report["platform"]["total"], report["platform"]["option"])


@pytest.mark.timeout(400)
def test_codat_platform_manages_webhook_consumers(report):
    assert {"listed": True, "left": 0} == report["webhooks"]


@pytest.mark.timeout(400)
def test_codat_sync_for_payables_creates_a_push_and_reads_its_end(report):
    assert "Success" == report["payables"]["status"]
