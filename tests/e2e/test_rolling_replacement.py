"""A worker is replaced while pushes run: by today's, and by another version's."""

import asyncio
from functools import partial

import pytest
import pytest_asyncio

from codat.models import PushStatus
from stack.process import ROOT
from tests.support.rolling_update import (
    AT_A_TIME,
    baseline,
    make_current,
    roll,
    start_worker,
)
from tests.support.worker_kill import Place

PUSHES = 3 * AT_A_TIME
WAYS = ["patched", "auto-upgrade", "pinned"]

each_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(scope="module", name="older")
def _older(tmp_path_factory):
    """The baseline's files; None in a tree without history."""
    return baseline(tmp_path_factory.mktemp("older"))


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="rolled")
async def _rolled(stack, emulator, older):
    """What came of each way, all at the same time."""
    places = [Place(stack, emulator) for _ in WAYS]
    old = partial(start_worker, places[0], older or ROOT, "old")
    new = partial(start_worker, places[0], ROOT, "new")
    done = await asyncio.gather(
        roll(places[0], old, new),
        *(_versions(place, way) for place, way in zip(places[1:], WAYS[1:], strict=True)),
    )
    return dict(zip(WAYS, done, strict=True))


async def _versions(place, way):
    async def start(build):
        version = {"PUSH_BUILD_ID": build, "PUSH_DEPLOYMENT_NAME": place.company}
        worker = await start_worker(place, ROOT, build, PUSH_VERSIONING=way, **version)
        await make_current(place.stack.client, place.company, build)
        return worker

    return await roll(place, partial(start, "1"), partial(start, "2"), keep_old=way == "pinned")


@each_way
def test_a_worker_replacement_neither_loses_nor_doubles_a_push(rolled, way):
    assert [PushStatus.SUCCESS] * PUSHES == rolled[way].statuses
    assert PUSHES == rolled[way].written


@each_way
def test_nothing_is_done_again_that_was_not_cut_off(rolled, way):
    assert (PUSHES, {1}) == (rolled[way].posts, rolled[way].attempts)


def test_the_older_worker_was_the_baselines(older):
    if older is None:
        pytest.skip("no history of Git here: both workers ran the same files")
    assert (older / "worker.py").exists()


def test_pushes_of_a_pinned_version_end_where_they_began(rolled):
    assert [{"1"}] * AT_A_TIME == rolled["pinned"].builds[:AT_A_TIME]
    assert [{"2"}] * AT_A_TIME == rolled["pinned"].builds[-AT_A_TIME:]


def test_auto_upgraded_pushes_go_on_with_the_next_version(rolled):
    assert [{"1", "2"}] * AT_A_TIME == rolled["auto-upgrade"].builds[:AT_A_TIME]
