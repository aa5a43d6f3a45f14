import random
import subprocess
import sys
import time
from threading import Thread

import httpx
import pytest

from emulator import seeds
from emulator.examples import record
from emulator.store import Store
from tests.support.emulator_process import COMPANY, ROOT, SUPPLIERS, Process, connection
from tests.support.webhook_consumer import consuming


def post(client, number, path=SUPPLIERS, key=None):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(path, json=record("suppliers", number), headers=headers)


def push_until_killed(client, answers):
    number = 0
    while True:
        number += 1
        try:
            answers[f"key-{number}"] = post(client, str(number), key=f"key-{number}").content
        except httpx.HTTPError:
            return


def wait_for(answers, number):
    end = time.monotonic() + 20
    while len(answers) < number and time.monotonic() < end:
        time.sleep(0.001)


@pytest.mark.parametrize("seed", range(6))
def test_a_kill_at_any_moment_leaves_everything_consistent(generations, seed):
    answers = {}
    with generations.now.client() as client:
        thread = Thread(target=push_until_killed, args=[client, answers])
        thread.start()
        wait_for(answers, random.Random(seed).randint(1, 60))
        emulator = generations.follow()
        thread.join()
    with emulator.client() as client:
        replayed = {key: post(client, key.removeprefix("key-"), key=key).content for key in answers}
    emulator.control("POST", "clock/advance", {"seconds": 1})
    found = emulator.control("GET", "invariants")

    assert answers
    assert answers == replayed
    assert (True, []) == (found["sound"], found["strays"])
    assert {"byKey": {}, "byBody": {}} == found["operations"]
    assert found["written"] in (len(answers), len(answers) + 1)


def test_scheduled_endings_come_although_the_emulator_was_dead(generations):
    with generations.now.client() as client:
        slow = post(client, "1", connection(seeds.SLOW, "push/suppliers")).json()
        path = connection(seeds.OFFLINE, "push/suppliers?timeoutInMinutes=1")
        offline = post(client, "2", path).json()
    generations.now.control("POST", "clock/advance", {"seconds": 3})
    emulator = generations.follow()
    emulator.control("POST", "clock/advance", {"seconds": 58})
    with emulator.client() as client:
        ends = [client.get(f"{COMPANY}/push/{one['pushOperationKey']}") for one in (slow, offline)]

    assert ["Success", "TimedOut"] == [one.json()["status"] for one in ends]


def test_a_webhook_that_falls_due_after_a_kill_is_delivered(generations):
    with consuming() as consumer:
        with generations.now.client() as client:
            client.post("/webhooks", json={"url": consumer.url})
            post(client, "1", connection(seeds.SLOW, "push/suppliers"))
        emulator = generations.follow()
        early = len(consumer.arrived)
        emulator.control("POST", "clock/advance", {"seconds": 6})

        assert (0, 1) == (early, len(consumer.wait(1)))


def test_a_late_request_is_processed_by_the_next_emulator(generations):
    generations.now.fault("processed-late", seconds=30, method="POST")
    with generations.now.client() as client, pytest.raises(httpx.ReadTimeout):
        client.post(SUPPLIERS, json=record("suppliers"), timeout=0.2)
    generations.now.control("GET", "health")
    emulator = generations.follow()
    emulator.control("POST", "clock/advance", {"seconds": 31})

    assert 1 == len(emulator.control("GET", "ledger"))


def test_settings_faults_and_manners_outlive_a_kill(generations):
    generations.now.control("PUT", "settings", {"idempotency": "ignored"})
    generations.now.control("PUT", f"connections/{seeds.PROMPT}", {"delay": 60})
    generations.now.fault("forbidden", nth=3)
    emulator = generations.follow()
    (rule,) = emulator.control("GET", "faults")
    behaviour = {one["id"]: one["manners"] for one in emulator.control("GET", "connections")}

    assert "ignored" == emulator.control("GET", "settings")["idempotency"]
    assert ("forbidden", 3) == (rule["fault"], rule["nth"])
    assert 60 == behaviour[seeds.PROMPT]["delay"]


def test_an_unanswered_request_is_in_the_next_emulators_journal(generations):
    generations.now.fault("hang", committed=False)
    with generations.now.client() as client:
        thread = Thread(target=push_until_killed, args=[client, {}])
        thread.start()
        generations.now.control("GET", "journal?method=POST&wait=5")
        emulator = generations.follow()
        thread.join()
    (entry,) = emulator.control("GET", "journal")

    assert ("POST", None) == (entry["method"], entry["answeredAt"])


def test_a_terminated_emulator_ends_cleanly(tmp_path):
    emulator = Process("--database", str(tmp_path / "e.db"))
    emulator.control("GET", "health")

    assert emulator.stop() in (0, -15)


def test_a_day_passes_in_a_second_at_the_right_speed():
    emulator = Process("--speed", "86400")
    try:
        with emulator.client() as client:
            key = post(client, "1", connection(seeds.SLOW, "push/suppliers")).json()
            end = client.get(f"{COMPANY}/push/{key['pushOperationKey']}").json()
    finally:
        emulator.kill()

    assert "Success" == end["status"]


DYING = """
import asyncio, os, sys
from emulator import Emulator, seeds
from emulator.examples import record
from emulator.store import Store

path, last = sys.argv[1], int(sys.argv[2])
plain, count = Store.run, 0

def run(self, statement, *values):
    global count
    count += 1
    if count == last:
        os._exit(9)
    return plain(self, statement, *values)

async def main():
    async with Emulator(database=path) as codat, codat.client() as client:
        Store.run = run
        here = f"/companies/{seeds.COMPANY}/connections/{seeds.SYNCHRONOUS}/push/suppliers"
        await client.post(here, json=record("suppliers"), headers={"Idempotency-Key": "k"})
        os._exit(0)

asyncio.run(main())
"""


@pytest.mark.parametrize("statement", range(1, 8))
def test_death_at_any_statement_of_a_push_leaves_all_or_nothing(tmp_path, statement):
    path = str(tmp_path / "emulator.db")
    died = subprocess.run(
        [sys.executable, "-c", DYING, path, str(statement)], cwd=ROOT, timeout=30, check=False
    )
    store = Store(path)
    counts = {
        store.all(f"SELECT count(*) AS n FROM {table}")[0]["n"]
        for table in ("operations", "ledger", "memory")
    }
    store.close()

    assert 9 == died.returncode
    assert counts in ({0}, {1})
