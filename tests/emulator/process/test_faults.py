import socket
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Thread

import httpx
import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.emulator_process import COMPANY, SUPPLIERS, connection


def post(client, number="1", key=None, path=SUPPLIERS, **options):
    headers = {} if key is None else {"Idempotency-Key": key}
    body = record("suppliers", number)
    return client.post(path, json=body, headers=headers, **options)


def listed(client, **query):
    return client.get(f"{COMPANY}/push", params=query).json()["results"]


def last(emulator):
    return emulator.control("GET", "journal")[-1]


def test_a_refused_connection_is_refused_by_the_port_itself(emulator, client):
    emulator.fault("refuse", seconds=1.5)

    with pytest.raises(httpx.ConnectError):
        client.get(f"{COMPANY}/push")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", emulator.port))
    assert 200 == emulator.when_open().status_code


def test_a_refusal_may_wait_for_a_certain_request(emulator, client):
    emulator.fault("refuse", seconds=1.5, method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        post(client)

    with pytest.raises(httpx.ConnectError):
        client.get(f"{COMPANY}/push")
    emulator.when_open()
    assert [] == listed(client)


def test_a_drop_before_the_commit_leaves_nothing(emulator, client):
    emulator.fault("drop-before-commit", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        post(client)

    assert "dropped" == last(emulator)["status"]
    assert [] == listed(client)


def test_a_drop_after_the_commit_leaves_the_operation(emulator, client):
    emulator.fault("commit-then-drop", method="POST", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        post(client, key="k")
    replayed = post(client, key="k").json()

    assert [replayed["pushOperationKey"]] == [one["pushOperationKey"] for one in listed(client)]


def test_a_5xx_after_the_commit_is_kept_and_replayed(emulator, client):
    emulator.fault("commit-then-5xx", status=503, method="POST", times=1)
    first, again = post(client, key="k"), post(client, key="k")

    assert (503, 503) == (first.status_code, again.status_code)
    assert first.content == again.content
    assert 1 == len(listed(client))


@pytest.mark.parametrize(("committed", "found"), [(True, 1), (False, 0)])
def test_a_hanging_request_keeps_its_client_waiting(emulator, client, committed, found):
    emulator.fault("hang", method="POST", times=1, committed=committed)
    with pytest.raises(httpx.ReadTimeout):
        post(client, timeout=0.3)

    assert found == len(listed(client))


def test_a_hanging_request_is_seen_in_the_journal_before_it_ends(emulator, client):
    emulator.fault("hang", method="POST", times=1, seconds=2)
    thread = Thread(target=post, args=[client])
    thread.start()
    waiting = emulator.control("GET", "journal?since=0&method=POST&wait=5")
    thread.join()

    assert [None] == [entry["answeredAt"] for entry in waiting]
    assert "200" == last(emulator)["status"]


def test_a_second_request_meets_409_while_the_first_is_in_flight(emulator, client):
    emulator.fault("hang", method="POST", times=1, seconds=2)
    thread = Thread(target=post, args=[client], kwargs={"key": "k"})
    thread.start()
    emulator.control("GET", "journal?method=POST&wait=5")
    second = post(client, key="k")
    thread.join()

    assert 409 == second.status_code


def test_a_slow_body_takes_its_time(emulator, client):
    emulator.fault("slow-body", times=1, seconds=0.4)
    began = time.monotonic()
    answer = client.get(f"{COMPANY}/push")

    assert time.monotonic() - began > 0.35
    assert [] == answer.json()["results"]


def test_a_cut_body_ends_in_the_middle(emulator, client):
    emulator.fault("cut-body", method="POST", times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        post(client)

    assert 1 == len(listed(client))


@pytest.mark.parametrize("text", [None, "<html>oops</html>"])
def test_wrong_json_arrives_with_a_good_status(emulator, client, text):
    emulator.fault("wrong-json", method="POST", times=1, **({"text": text} if text else {}))
    answer = post(client)

    assert 200 == answer.status_code
    with pytest.raises(ValueError, match="Expecting"):
        answer.json()


def test_throttling_says_in_seconds_when_to_return(emulator, client):
    emulator.fault("throttle", times=1, retry_after=7)
    refused, accepted = post(client, key="k"), post(client, key="k")

    assert (429, "7") == (refused.status_code, refused.headers["Retry-After"])
    assert 200 == accepted.status_code


def test_throttling_says_as_a_date_when_to_return(emulator, client):
    emulator.fault("throttle", times=1, retry_after=60, **{"as": "date"})
    answer = client.get(f"{COMPANY}/push")
    moment = parsedate_to_datetime(answer.headers["Retry-After"])

    assert 50 < (moment - datetime.now(UTC)).total_seconds() <= 61


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("unauthorized", 401),
        ("payment-required", 402),
        ("forbidden", 403),
        ("not-found", 404),
        ("conflict", 409),
        ("error-before-commit", 500),
    ],
)
def test_a_refusal_writes_nothing_and_is_kept_for_its_key(emulator, client, fault, status):
    emulator.fault(fault, method="POST", times=1)
    first, again, other = post(client, key="k"), post(client, key="k"), post(client, key="l")

    assert (status, status, 200) == (first.status_code, again.status_code, other.status_code)
    assert "replayed" == emulator.control("GET", "journal")[1]["did"]


def test_a_conflict_that_is_not_kept_releases_its_key(emulator, client):
    emulator.fault("conflict", method="POST", times=1, kept=False)
    first, again = post(client, key="k"), post(client, key="k")

    assert (409, 200) == (first.status_code, again.status_code)


def test_a_late_success_comes_after_timed_out(emulator, client):
    emulator.fault("late-success", after=60, later=60)
    key = post(client).json()["pushOperationKey"]
    seen = []
    for _ in range(3):
        seen.append(client.get(f"{COMPANY}/push/{key}").json()["status"])
        emulator.control("POST", "clock/advance", {"seconds": 61})

    assert ["Pending", "TimedOut", "Success"] == seen


def test_an_operation_may_be_listed_late(emulator, client):
    emulator.fault("listed-late", seconds=60)
    key = post(client).json()["pushOperationKey"]
    at_once, itself = listed(client), client.get(f"{COMPANY}/push/{key}")
    emulator.control("POST", "clock/advance", {"seconds": 61})

    assert ([], 200) == (at_once, itself.status_code)
    assert [key] == [one["pushOperationKey"] for one in listed(client)]


def test_a_request_may_be_processed_after_its_client_gave_up(emulator, client):
    emulator.fault("processed-late", seconds=60, method="POST", times=1)
    with pytest.raises(httpx.ReadTimeout):
        post(client, key="k", timeout=0.2)
    before, meanwhile = listed(client), post(client, key="k")
    emulator.control("POST", "clock/advance", {"seconds": 61})

    assert ([], 409) == (before, meanwhile.status_code)
    assert 1 == len(listed(client))
    assert 200 == post(client, key="k").status_code


def test_a_status_may_be_a_word_nobody_knows(emulator, client):
    emulator.fault("unknown-word", status="Deferred")
    key = post(client).json()["pushOperationKey"]
    emulator.control("POST", "clock/advance", {"seconds": 1})

    assert "Deferred" == client.get(f"{COMPANY}/push/{key}").json()["status"]


def test_a_rule_strikes_the_nth_request_that_it_is_about(emulator, client):
    emulator.fault("error-before-commit", nth=2, path="/push/suppliers", connection=seeds.PROMPT)
    elsewhere = post(client, path=connection(seeds.SLOW, "push/suppliers")).status_code
    here = [post(client, number).status_code for number in ("1", "2", "3")]

    assert (200, [200, 500, 200]) == (elsewhere, here)
    assert [(3, 1)] == [
        (rule["matched"], rule["fired"]) for rule in emulator.control("GET", "faults")
    ]


def test_chance_repeats_itself_under_the_same_seed(emulator, client):
    def statuses():
        emulator.control("POST", "reset")
        emulator.fault("error-before-commit", probability=0.5, seed=7, method="POST")
        return [post(client, str(number)).status_code for number in range(12)]

    first = statuses()

    assert {200, 500} == set(first)
    assert first == statuses()


def test_a_removed_rule_strikes_no_more(emulator, client):
    rule = emulator.fault("forbidden")
    refused = client.get(f"{COMPANY}/push").status_code
    emulator.control("DELETE", f"faults/{rule['id']}")

    assert (403, 200) == (refused, client.get(f"{COMPANY}/push").status_code)


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ({"fault": "explode"}, "No such fault: explode"),
        ({"fault": "hang", "minutes": 3}, "hang knows no minutes"),
        ({"fault": "answer-about-another", "what": "planet"}, "what is one of: company"),
    ],
)
def test_a_misspelt_rule_is_refused_by_name(client, rule, hint):
    answer = client.post("/_emulator/faults", json=rule)

    assert 400 == answer.status_code
    assert hint in answer.json()["error"]
