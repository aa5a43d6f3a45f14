import hashlib
import json
import os
import subprocess
import sys
import venv

import pytest

from emulator import seeds
from tests.support.emulator_process import KEY, ROOT, running

OFFICIAL = ROOT / "tests" / "official"
ENVIRONMENT = ROOT / ".venv-official"


def build_environment():
    """Make the environment that Codat's clients need, unless it is there already."""
    wanted = (OFFICIAL / "requirements.txt").read_bytes()
    stamp = ENVIRONMENT / hashlib.sha256(wanted).hexdigest()[:16]
    if not stamp.exists():
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        install = [ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet"]
        # Our constraints are for our own environment; this one exists because it differs.
        variables = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
        subprocess.run(
            [*install, "--disable-pip-version-check", "-r", OFFICIAL / "requirements.txt"],
            check=True,
            env=variables,
            timeout=300,
        )
        stamp.touch()
    return ENVIRONMENT / "bin" / "python"


@pytest.fixture(name="python", scope="module")
def _python():
    try:
        return build_environment()
    except subprocess.SubprocessError as error:
        missing = f"Codat's own clients cannot be installed here: {error}"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


@pytest.fixture(name="report", scope="module")
def _report(python):
    with running() as emulator:
        where = [emulator.url, seeds.COMPANY, seeds.PROMPT, KEY["Authorization"]]
        done = subprocess.run(
            [python, OFFICIAL / "drive.py", *where],
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
