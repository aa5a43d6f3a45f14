"""`python worker.py` as it is run: its stop, and what it says when it can't begin."""

import sys

from codat.models import PushStatus
from stack.process import ROOT
from tests.support.eventually import eventually
from tests.support.subprocess_runner import run
from tests.support.worker_kill import Place

WORKER = (sys.executable, str(ROOT / "worker.py"))


async def test_a_worker_that_is_told_to_stop_finishes_its_request(stack, emulator):
    place = Place(stack, emulator)
    await emulator.seed(place.company, place.connection)
    await emulator.fault("slow-body", path=f"{place.company}/*", method="POST", seconds=3)
    worker = await stack.start_worker(PUSH_TASK_QUEUE=place.company)
    await worker.says("Worker ready")
    push = await place.push()

    async def sending():
        return (await place.glimpse(push)).posts

    await eventually(sending)
    await worker.stop(grace=40)

    glimpse = await place.glimpse(push)
    assert (1, ["200"]) == (glimpse.completed, [post["status"] for post in glimpse.posts])
    assert "Worker stopping" in worker.log.read_text()
    another = await stack.start_worker(PUSH_TASK_QUEUE=place.company)
    assert PushStatus.SUCCESS == (await push.outcome()).status
    await another.stop()


async def test_a_worker_without_a_key_says_which_variable_is_missing(stack, tmp_path):
    environment = {**stack.environment}
    del environment["CODAT_API_KEY"]
    ran = await run(*WORKER, environment=environment, cwd=tmp_path)

    assert 1 == ran.code
    assert "CODAT_API_KEY is missing: set it in the environment." == ran.complaint


async def test_a_worker_without_temporal_says_where_it_was_sought(stack, tmp_path):
    environment = {**stack.environment, "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    ran = await run(*WORKER, environment=environment, cwd=tmp_path)

    assert 1 == ran.code
    assert "not reachable at 127.0.0.1:1" in ran.complaint


async def test_the_check_of_a_stack_that_is_fit_ends_well(stack, tmp_path):
    ran = await run(*WORKER, "--check", environment=stack.environment, cwd=tmp_path)

    assert (0, "") == (ran.code, ran.err)
    assert f"127.0.0.1:{stack.ports.temporal}, namespace default" in ran.out
    assert stack.environment["CODAT_API_KEY"] not in ran.out


async def test_a_worker_whose_clock_is_too_far_off_says_so_and_exits(stack, tmp_path):
    environment = {**stack.environment, "PUSH_CLOCK_SHIFT": "-PT45M"}
    ran = await run(*WORKER, environment=environment, cwd=tmp_path)
    checked = await run(*WORKER, "--check", environment=environment, cwd=tmp_path)

    said = "This machine's clock is 45 minutes behind Temporal's. Set it, best by NTP."
    assert (1, said) == (ran.code, ran.complaint)
    assert (1, True) == (checked.code, f"wrong    clock        {said}" in checked.out)
