"""The log of many simulated runs."""

from collections import Counter

from simulation.batches import BATCH, Batch, batches, read_log, summary
from simulation.plan import MODES
from simulation.report import RunReport
from simulation.runner import Result


def made(seed, **wrong):
    found = [text for number, text in wrong.items() if number == f"seed{seed}"]
    report = RunReport(found, Counter({"Success": 3, "Unknown": 1}), unclear=1)
    return Result(seed, MODES[0], report, [], [], [])


def test_a_log_adds_up_to_what_was_run(tmp_path):
    log = tmp_path / "runs.jsonl"

    for batch in batches(range(7, 7 + BATCH + 1), 4, made, lambda _: None):
        log.write_text(f"{log.read_text() if log.exists() else ''}{batch.line()}\n")
    first, rest = read_log(log)
    first.add(rest)

    assert (7, rest.first) == (first.first, 7 + BATCH)
    assert 4 * (BATCH + 1) == first.pushes
    assert {MODES[0].name: 4 * (BATCH + 1)} == first.modes
    assert "0 seeds went wrong" in "\n".join(summary(first))


def test_a_batch_names_the_seeds_that_went_wrong():
    (batch,) = batches([1, 2], 4, lambda seed: made(seed, seed2="twice: push 1"), lambda _: None)

    assert [2] == batch.wrong
    assert ["seed 2: twice: push 1"] == batch.findings
    assert isinstance(batch, Batch)
