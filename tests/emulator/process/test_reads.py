"""Books, cache and refreshes of an emulator in a process of its own."""

import pytest
from standardwebhooks import Webhook

from emulator import seeds
from emulator.examples import record
from tests.support.emulator_process import COMPANY, connection
from tests.support.webhook_consumer import consuming

BILLS = {"connection": seeds.PROMPT, "dataType": "bills"}
QUEUE = f"{COMPANY}/data/queue/bills?connectionId={seeds.PROMPT}"


def advance(emulator, seconds):
    emulator.control("POST", "clock/advance", {"seconds": seconds})


def add(emulator, number, **place):
    body = {**BILLS, **place, "record": record("bills", number)}
    return emulator.control("POST", "records", body)["id"]


def read(emulator, record_id):
    with emulator.client() as client:
        return client.get(f"{COMPANY}/data/bills/{record_id}")


def refresh(emulator):
    with emulator.client() as client:
        return client.post(QUEUE).json()["id"]


@pytest.mark.usefixtures("client")
def test_books_are_changed_and_shown_by_the_controls(emulator):
    bill = add(emulator, "1", id="750-1")
    twin = {**BILLS, "twinOf": bill, "changes": {"totalAmount": 22}}
    copy = emulator.control("POST", "records", twin)["id"]
    emulator.control("PUT", "records", {**BILLS, "id": copy, "changes": {"note": "x"}})
    place = f"connection={seeds.PROMPT}&dataType=bills"
    emulator.control("DELETE", f"records?{place}&id={bill}")
    shown = emulator.control("GET", f"records?{place}")

    changed = record("bills") | {"totalAmount": 22, "note": "x"}
    assert "750-1" == bill
    assert [{"id": copy, "record": changed}] == shown


def test_refreshes_are_begun_and_shown_by_the_controls(emulator, client):
    begun = emulator.control("POST", "refreshes", BILLS)
    advance(emulator, 1)
    (shown,) = emulator.control("GET", "refreshes")

    assert (begun["id"], "Complete") == (shown["id"], shown["status"])
    assert 200 == client.get(f"{COMPANY}/data/history/{begun['id']}").status_code


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "records", {**BILLS, "dataType": "billz", "record": {}}, 404),
        ("POST", "records", {**BILLS, "connection": "nobody", "record": {}}, 404),
        ("POST", "records", BILLS, 400),
        ("POST", "records", {**BILLS, "twinOf": "nothing"}, 404),
        ("PUT", "records", {**BILLS, "id": "nothing", "changes": {}}, 404),
        ("DELETE", "records?id=1", None, 400),
        ("POST", "refreshes", {**BILLS, "dataType": "billz"}, 404),
    ],
)
def test_an_impossible_change_of_the_books_is_refused(client, method, path, body, status):
    answer = client.request(method, f"/_emulator/{path}", json=body)

    assert status == answer.status_code
    assert answer.json()["error"]


def test_the_end_of_a_refresh_is_told_and_signed(emulator, client):
    with consuming() as consumer:
        client.post("/webhooks", json={"url": consumer.url, "eventTypes": ["read.completed"]})
        add(emulator, "1")
        for _ in range(2):
            refresh(emulator)
            advance(emulator, 1)
        messages = consumer.wait(2)
    bodies = [Webhook(seeds.WEBHOOK_SECRET).verify(body, headers) for headers, body in messages]

    assert ["read.completed"] * 2 == [body["eventType"] for body in bodies]
    assert [True, False] == [body["payload"]["dataTypes"][0]["recordsModified"] for body in bodies]
    assert seeds.COMPANY == bodies[0]["payload"]["referenceCompany"]["id"]
    told = {"connectionId": seeds.PROMPT, "dataType": "bills", "status": "Complete"}
    assert told.items() <= bodies[0]["payload"]["dataTypes"][0].items()


def test_a_failed_refresh_is_told_and_an_older_rule_is_not(emulator, client):
    emulator.control("PUT", f"connections/{seeds.PROMPT}", {"refresh_status": "AuthError"})
    with consuming() as consumer, consuming() as older:
        rule = {"type": "Push operation status changed", "notifiers": {"webhook": older.url}}
        client.post("/rules", json=rule)
        client.post("/webhooks", json={"url": consumer.url})
        refresh(emulator)
        advance(emulator, 1)
        ((headers, body),) = consumer.wait(1)
    told = Webhook(seeds.WEBHOOK_SECRET).verify(body, headers)

    assert "AuthError" == told["payload"]["dataTypes"][0]["status"]
    assert not told["payload"]["dataTypes"][0]["recordsModified"]
    assert [] == older.arrived


def test_a_webhook_of_a_refresh_can_be_lost(emulator, client):
    emulator.fault("webhook-lost", path="read.completed", times=1)
    client.post("/webhooks", json={"url": "http://127.0.0.1:9/"})
    refresh(emulator)
    advance(emulator, 1)

    assert ["lost"] == [row["state"] for row in emulator.control("GET", "webhooks")["deliveries"]]


def test_a_refresh_comes_through_a_real_second(emulator, client):
    with consuming() as consumer:
        client.post("/webhooks", json={"url": consumer.url})
        refresh(emulator)
        ((_, body),) = consumer.wait(1)

    assert "read.completed" in body


def test_books_and_cache_outlive_a_kill(generations):
    emulator = generations.now
    bill = add(emulator, "1")
    refresh(emulator)
    advance(emulator, 1)
    late = add(emulator, "2")
    before = read(emulator, bill).json()
    emulator = generations.follow()

    assert before == read(emulator, bill).json()
    assert 404 == read(emulator, late).status_code
    refresh(emulator)
    advance(emulator, 1)
    assert 200 == read(emulator, late).status_code


def test_a_refresh_ends_although_the_emulator_was_dead(generations):
    emulator = generations.now
    emulator.control("PUT", f"connections/{seeds.PROMPT}", {"refresh_seconds": 60})
    bill = add(emulator, "1")
    begun = refresh(emulator)
    with consuming() as consumer:
        with emulator.client() as client:
            client.post("/webhooks", json={"url": consumer.url})
        emulator = generations.follow()
        early = read(emulator, bill).status_code
        advance(emulator, 60)
        consumer.wait(1)
        with emulator.client() as client:
            status = client.get(f"{COMPANY}/dataStatus").json()["bills"]

    assert [409, 200] == [early, read(emulator, bill).status_code]
    assert begun == status["latestSuccessfulSyncId"]
    assert 1 == len(consumer.arrived)


def test_a_refresh_after_a_push_begins_although_it_was_dead(generations):
    emulator = generations.now
    path = connection(seeds.SLOW, "push/suppliers?allowSyncOnPushComplete=true")
    with emulator.client() as client:
        client.post(path, json=record("suppliers"))
    emulator = generations.follow()
    early = emulator.control("GET", "refreshes")
    advance(emulator, 7)
    (begun,) = emulator.control("GET", "refreshes")

    assert [] == early
    assert (seeds.SLOW, "Complete") == (begun["connectionId"], begun["status"])
