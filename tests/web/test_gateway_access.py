"""Who may see what through the front door, and what a stranger can learn."""

import asyncio
import base64
import logging
from collections import Counter
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from temporalio.client import Interceptor, OutboundInterceptor
from temporalio.service import RPCError, RPCStatusCode

from codat.settings import SettingsError, read_settings
from emulator import seeds
from emulator.examples import record
from gateway.api.pushes import find
from gateway.errors import HttpError, refusal_of
from gateway.owned import STEP, OwnedPushes, seconds_to_step
from gateway.settings import GatewaySettings
from tests.support.front_door import API_KEYS, BOUND_KEY, KEY, basic, digest, front_door

LIST = f"/companies/{seeds.COMPANY}/push"


async def a_push(door, company=seeds.COMPANY, connection=seeds.PROMPT, **changes):
    path = f"/companies/{company}/connections/{connection}/push/suppliers"
    sent = record("suppliers", number=uuid4().hex[:7]) | changes
    answer = await door.http.post(path, json=sent)
    return answer.json()["pushOperationKey"]


@pytest.mark.parametrize(
    "shown",
    [
        None,
        "",
        "Basic",
        "Basic !!",
        "Bearer wrong",
        f"Basic {KEY}",
        f"Digest {KEY}",
        basic(f"{KEY}:")["Authorization"],
        f"Basic {base64.b64encode(digest(KEY).encode()).decode()}",
    ],
)
async def test_without_a_right_key_nothing_is_told(door, shown):
    answer = await door.http.get(LIST, headers={"Authorization": shown or ""})

    assert (401, "Basic") == (answer.status_code, answer.headers["www-authenticate"])


@pytest.mark.parametrize("shown", [basic(KEY)["Authorization"], f"Bearer {KEY}", f"bearer  {KEY}"])
async def test_a_right_key_is_let_in(door, shown):
    answer = await door.http.get(LIST, headers={"Authorization": shown})

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    ("shown", "status"), [({"Authorization": ""}, 401), (basic(BOUND_KEY), 403), (basic(KEY), 200)]
)
async def test_what_came_of_reports_is_for_a_key_of_all_companies(door, shown, status):
    answer = await door.http.get("/webhooks/codat", headers=shown)

    assert status == answer.status_code


async def test_a_bound_key_is_kept_to_its_company(door):
    others = {"headers": basic(BOUND_KEY)}
    paths = [LIST, f"{LIST}/{await a_push(door)}", f"{LIST}/{uuid4()}"]
    answers = [await door.http.get(path, **others) for path in paths]
    texts = {answer.json()["error"] for answer in answers}

    assert {403} == {answer.status_code for answer in answers}
    assert 1 == len(texts)


async def test_a_bound_key_sees_its_own_company_only(door):
    ours = await a_push(door)
    await door.ended(ours)
    other = f"/companies/{seeds.OTHER_COMPANY}/push"
    listed = await door.http.get(other, headers=basic(BOUND_KEY))
    asked = await door.http.get(
        other, params={"query": f"companyId={seeds.COMPANY}"}, headers=basic(BOUND_KEY)
    )

    assert ours not in listed.text
    assert 0 == asked.json()["totalResults"]


class Counting(Interceptor):
    """Counts what is asked of Temporal."""

    def __init__(self) -> None:
        self.calls = Counter()

    def intercept_client(self, next):  # noqa: A002, the SDK's name
        calls = self.calls

        class Outbound(OutboundInterceptor):
            async def describe_workflow(self, input):  # noqa: A002
                calls["describe"] += 1
                return await super().describe_workflow(input)

            def list_workflows(self, input):  # noqa: A002
                calls["list"] += 1
                return super().list_workflows(input)

            def fetch_workflow_history_events(self, input):  # noqa: A002
                calls["history"] += 1
                return super().fetch_workflow_history_events(input)

        return Outbound(next)


def with_interceptor(client, interceptor):
    return type(client)(**client.config() | {"interceptors": [interceptor]})


async def test_a_404_costs_the_same_if_another_company_has_the_push(devserver):
    counting = Counting()
    async with front_door(devserver, client=with_interceptor(devserver.client, counting)) as door:
        ours = await a_push(door)
        theirs = (await door.ended(ours))["platformPushOperationKey"]
        told, costs = set(), []
        for key in (ours, theirs, str(uuid4())):
            counting.calls.clear()
            answer = await door.http.get(f"/companies/{seeds.OTHER_COMPANY}/push/{key}")
            told.add((answer.status_code, answer.json()["error"].replace(key, "KEY")))
            costs.append(dict(counting.calls))

        assert {(404, "There is no push KEY.")} == told
        assert [{"list": 1, "describe": 1}] * 3 == costs


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.049, 0.05, 0.0731, 3.2])
def test_a_404_is_answered_after_whole_steps(seconds):
    steps = (seconds + seconds_to_step(seconds)) / STEP

    assert 0 < seconds_to_step(seconds) <= STEP
    assert steps == pytest.approx(round(steps))


class Unlisted(Interceptor):
    """Lets Temporal's list show nothing, as it does of a push that was just started."""

    def intercept_client(self, next):  # noqa: A002, the SDK's name
        class Outbound(OutboundInterceptor):
            def list_workflows(self, input):  # noqa: A002
                return super().list_workflows(replace(input, query='WorkflowId="none"'))

        return Outbound(next)


async def test_a_push_that_is_not_listed_yet_is_found_by_its_owner(door):
    push = await door.cluster.push(data_type="suppliers", data=record("suppliers", uuid4().hex[:7]))
    lagging = with_interceptor(door.cluster.client, Unlisted())
    parts = replace(door.parts, temporal=lagging, owned=OwnedPushes())

    assert push.push_id == (await find(parts, UUID(seeds.COMPANY), push.push_id)).push.push_id
    with pytest.raises(HttpError, match="There is no push"):
        await find(parts, UUID(seeds.OTHER_COMPANY), push.push_id)


async def test_secrets_are_not_logged(door, caplog):
    caplog.set_level(logging.DEBUG)
    await door.http.get(LIST, headers={"Authorization": "Bearer a-secret-that-is-wrong"})
    await a_push(door, supplierName="a secret name")

    assert "secret" not in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}],
)
async def test_an_open_door_is_closed_to_other_sites_pages(devserver, headers):
    async with front_door(devserver, api_keys="") as door:
        assert 403 == (await door.http.get(LIST, headers=headers)).status_code
        assert 200 == (await door.http.get(LIST)).status_code


async def test_every_answer_bears_security_headers(door):
    answers = [await door.http.get(path) for path in (LIST, "/nowhere", "/openapi.json")]

    for answer in answers:
        assert "nosniff" == answer.headers["x-content-type-options"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_too_many_requests_at_once_are_refused_for_a_moment(devserver):
    async with front_door(devserver, most_requests=1) as door:
        answers = await asyncio.gather(*(door.http.get(LIST) for _ in range(5)))
        refused = [answer for answer in answers if answer.status_code == 503]

        assert 0 < len(refused) < 5
        assert {"1"} == {answer.headers["retry-after"] for answer in refused}
        assert 200 == (await door.http.get(LIST)).status_code


@pytest.mark.parametrize(
    "written",
    [
        "justaname",
        "name:abc",
        f"n:{digest('x')}",
        f"n:{digest('x')}:",
        f"n:{digest('x')}:company",
        f"n:{digest('x')}:*:everything",
        f"n:{digest('')}:*",
        f"n:{digest('x')}:* n:{digest('y')}:*",
        f"n:{digest('x')}:* m:{digest('x')}:*",
        f"{API_KEYS} :",
    ],
)
def test_a_wrong_list_of_keys_is_named_without_its_text(monkeypatch, written):
    monkeypatch.setenv("GATEWAY_API_KEYS", written)
    with pytest.raises(SettingsError, match=r"GATEWAY_API_KEYS is wrong: .*entry") as raised:
        read_settings(GatewaySettings)

    assert digest("x") not in str(raised.value)


def test_trouble_that_passes_is_told_as_such():
    for error in (TimeoutError(), RPCError("gone", RPCStatusCode.UNAVAILABLE, b"")):
        assert (503, "5") == (refusal_of(error).status, refusal_of(error).headers["Retry-After"])

    assert 500 == refusal_of(RPCError("?", RPCStatusCode.INVALID_ARGUMENT, b"")).status
    assert "secret" not in refusal_of(ValueError("secret")).message
