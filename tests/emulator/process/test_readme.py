import re
import subprocess
import sys

import pytest

from tests.support.emulator_process import ROOT, running

README = (ROOT / "emulator" / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_curl_example_works_as_printed():
    (script,) = blocks("bash")
    with running() as emulator:
        done = subprocess.run(
            ["bash", "-c", script.replace("http://127.0.0.1:4010", emulator.url)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert "no answer" in done.stdout
    assert 2 == done.stdout.count('"change":"Created"')


def test_the_fixture_example_passes_as_a_test(tmp_path):
    (tmp_path / "test_example.py").write_text(blocks("python")[0])
    command = [sys.executable, "-m", "pytest", "-q", "-o", "asyncio_mode=auto", "-o", "addopts="]
    done = subprocess.run(
        [*command, "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_chaos_example_tells_a_key_from_none(tmp_path):
    (tmp_path / "chaos.py").write_text(blocks("python")[1])
    done = subprocess.run(
        [sys.executable, tmp_path / "chaos.py"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    without, with_key = re.findall(r": (\d+)", done.stdout)

    assert int(without) > 5
    assert "0" == with_key


@pytest.mark.parametrize("word", ["--database", "--speed", "commit-then-drop", "journal", "PROMPT"])
def test_the_help_tells_it_all(word):
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "--help"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        cwd=ROOT,
    )

    assert word in done.stdout
