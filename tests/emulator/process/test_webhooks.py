import json

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from emulator import seeds
from emulator.examples import record
from tests.support.emulator_process import COMPANY, SUPPLIERS, connection
from tests.support.webhook_consumer import consuming


@pytest.fixture(name="consumer")
def _consumer(client):
    with consuming() as consumer:
        client.post("/webhooks", json={"url": consumer.url, "eventTypes": []})
        yield consumer


def post(client, number="1", path=SUPPLIERS):
    return client.post(path, json=record("suppliers", number)).json()["pushOperationKey"]


def advance(emulator, seconds):
    emulator.control("POST", "clock/advance", {"seconds": seconds})


def states(emulator):
    return [one["state"] for one in emulator.control("GET", "webhooks")["deliveries"]]


def verified(message):
    headers, body = message
    return Webhook(seeds.WEBHOOK_SECRET).verify(body, headers)


def test_the_end_of_a_push_is_told_and_signed(client, consumer):
    key = post(client)
    (message,) = consumer.wait(1)
    told = verified(message)

    assert "suppliers.write.successful" == told["eventType"]
    assert (key, "Create", "Success") == tuple(
        told["payload"][name] for name in ("id", "type", "status")
    )


def test_a_refused_push_is_told_as_unsuccessful_without_a_reason(client, consumer):
    post(client, path=connection(seeds.REFUSING, "push/suppliers"))
    (message,) = consumer.wait(1)
    told = verified(message)

    assert "suppliers.write.unsuccessful" == told["eventType"]
    assert "Failed" == told["payload"]["status"]
    assert "closed" not in message[1]


def test_every_consumer_is_told_of_the_events_it_asked_for(client, consumer):
    with consuming() as other, consuming() as deaf:
        client.post("/webhooks", json={"url": other.url, "eventTypes": ["suppliers.*"]})
        client.post("/webhooks", json={"url": deaf.url, "eventTypes": ["bills.write.successful"]})
        post(client)

        assert 1 == len(consumer.wait(1)) == len(other.wait(1))
        assert [] == deaf.arrived


def test_a_deleted_consumer_hears_no_more(emulator, client, consumer):
    (known,) = client.get("/webhooks").json()["results"]
    status = client.delete(f"/webhooks/{known['id']}").status_code
    post(client)
    advance(emulator, 1)

    assert 204 == status
    assert [] == consumer.arrived


def test_an_older_rule_carries_a_static_header(client):
    with consuming() as consumer:
        rule = {"type": "Push operation status changed", "notifiers": {"webhook": consumer.url}}
        client.post("/rules", json=rule)
        key = post(client)
        headers, body = consumer.wait(1)[0]

    assert seeds.RULE_HEADER == headers["authorization"]
    assert {"dataType": "suppliers", "status": "Success", "pushOperationKey": key} == (
        json.loads(body)["Data"]
    )


def test_an_older_rule_tells_a_time_out_without_a_status(emulator, client):
    emulator.control("PUT", "settings", {"rule_keys": "camel"})
    with consuming() as consumer:
        rule = {"type": "Push operation timed out", "notifiers": {"webhook": consumer.url}}
        client.post("/rules", json=rule)
        post(client)
        post(client, "2", connection(seeds.OFFLINE, "push/suppliers?timeoutInMinutes=1"))
        advance(emulator, 61)
        (message,) = consumer.wait(1)

    assert "Push Operation Timed Out" == json.loads(message[1])["ruleType"]
    assert "status" not in json.loads(message[1])["data"]


def test_a_delivery_is_repeated_on_schedule_and_then_given_up(emulator, client, consumer):
    consumer.status = 500
    post(client)
    consumer.wait(1)
    for pause in (5, 300, 1800, 7200, 18000, 36000, 36000, 36000):
        advance(emulator, pause)

    assert ["given up"] == states(emulator)
    assert 8 == len(consumer.arrived)
    assert 1 == len({headers["webhook-id"] for headers, _ in consumer.arrived})


def test_a_lost_webhook_never_arrives(emulator, client, consumer):
    emulator.fault("webhook-lost", times=1)
    post(client)
    advance(emulator, 1)
    second = post(client, "2")
    consumer.wait(1)

    assert [second] == consumer.keys()
    assert ["lost", "delivered"] == states(emulator)


def test_a_webhook_may_come_twice_under_one_id(emulator, client, consumer):
    emulator.fault("webhook-twice")
    post(client)
    first, second = consumer.wait(2)

    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[1] == second[1]


def test_webhooks_may_come_out_of_order(emulator, client, consumer):
    emulator.fault("webhook-out-of-order", times=1)
    first = post(client)
    advance(emulator, 1)
    second = post(client, "2")
    consumer.wait(2)

    assert [second, first] == consumer.keys()


def test_a_webhook_may_come_late(emulator, client, consumer):
    emulator.fault("webhook-late", seconds=60)
    post(client)
    advance(emulator, 1)
    early = len(consumer.arrived)
    advance(emulator, 60)

    assert (0, 1) == (early, len(consumer.wait(1)))


def test_a_webhook_may_carry_a_forged_signature(emulator, client, consumer):
    emulator.fault("webhook-forged")
    post(client)
    (message,) = consumer.wait(1)

    with pytest.raises(WebhookVerificationError):
        verified(message)


def test_a_webhook_may_come_before_the_answer_to_its_post(emulator, client, consumer):
    emulator.fault("webhook-before-answer", method="POST")
    key = post(client)

    assert [key] == consumer.keys()


def test_an_update_and_an_upload_are_told_as_such(client, consumer):
    path = connection(seeds.SYNCHRONOUS, "push")
    bill = client.post(f"{path}/bills", json=record("bills")).json()["changes"][0]["recordRef"]
    files = {"file": ("a.txt", b"paper")}
    client.put(f"{path}/bills/{bill['id']}", json=record("bills", "2"))
    client.post(f"{path}/bills/{bill['id']}/attachments", files=files)
    consumer.wait(3)

    assert ["Create", "Update", "UploadAttachment"] == [
        verified(message)["payload"]["type"] for message in consumer.arrived
    ]


def test_a_late_success_is_told_after_the_time_out(emulator, client, consumer):
    emulator.fault("late-success", after=10, later=10)
    post(client)
    advance(emulator, 10)
    consumer.wait(1)
    advance(emulator, 10)
    consumer.wait(2)

    assert ["TimedOut", "Success"] == [
        verified(message)["payload"]["status"] for message in consumer.arrived
    ]
    assert 1 == len(client.get(f"{COMPANY}/push").json()["results"])
