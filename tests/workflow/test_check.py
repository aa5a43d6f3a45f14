"""`worker.py --check` against a real server."""

import httpx
import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey

from codat.client import CodatClient
from codat.settings import CodatSettings
from dispatch import connection
from dispatch.connection import TemporalUnreachable, misfits, register_search_attributes
from dispatch.process.preflight import check_build, check_codat, check_temporal
from dispatch.process.worker_settings import WorkerSettings
from emulator import Emulator
from workflows import attributes

INT = IndexedValueType.INDEXED_VALUE_TYPE_INT


async def found(client):
    return {one.what: (one.level, one.said) async for one in check_temporal(client, "push")}


async def test_a_server_that_is_fit_is_called_so(devserver):
    said = await found(devserver.client)

    assert [*["ok"] * 4, "warning"] == sorted(level for level, _ in said.values())
    assert "keeps what is over for 1 day: after that a push is forgotten" in said["retention"][1]


async def test_a_missing_search_attribute_is_named_with_its_remedy(devserver, monkeypatch):
    more = (*attributes.ALL, SearchAttributeKey.for_keyword("PushMood"))
    monkeypatch.setattr(attributes, "ALL", more)
    level, said = (await found(devserver.client))["search"]

    assert "wrong" == level
    assert "create --namespace default --name PushMood --type Keyword`" in said


async def test_a_namespace_that_is_not_there_is_one_sentence(devserver):
    client = Client(devserver.client.service_client, namespace="nowhere")
    said = await found(client)

    assert ["server", "namespace"] == list(said)
    with pytest.raises(TemporalUnreachable, match="There is no namespace nowhere"):
        await register_search_attributes(client)


async def test_a_search_attribute_of_another_type_stops_the_start(devserver, monkeypatch):
    async def known(_):
        return {"PushStatus": INT}

    monkeypatch.setattr(connection, "known_search_attributes", known)

    assert ["PushStatus"] == misfits({"PushStatus": INT})[1]
    with pytest.raises(TemporalUnreachable, match="PushStatus of the namespace default are no"):
        await register_search_attributes(devserver.client)


async def test_workers_with_versions_are_told_that_no_build_is_current(devserver):
    own = WorkerSettings(deployment_name="checked", build_id="1.4")
    (told,) = await check_build(devserver.client, own)

    assert ("warning", "build") == (told.level, told.what)
    assert "--deployment-name checked --build-id 1.4`." in told.said


async def test_the_build_that_is_current_is_named(devserver):
    client = devserver.client
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name="checked-anew",
        build_id="1.3",
        allow_no_pollers=True,
    )
    await client.workflow_service.set_worker_deployment_current_version(request)
    (told,) = await check_build(
        client, WorkerSettings(deployment_name="checked-anew", build_id="1.4")
    )

    assert "ok" == told.level
    assert "1.3 of checked-anew is current, this would be 1.4." == told.said


async def test_workers_without_versions_are_not_asked_for_a_build(devserver):
    assert [] == await check_build(devserver.client, WorkerSettings())


@pytest.mark.parametrize(("key", "level"), [(None, "ok"), ("old", "wrong")])
async def test_the_key_for_codat_is_tried(key, level):
    async with Emulator() as emulator:
        given = {"api_key": key or emulator.api_key, "base_url": emulator.base_url}
        settings = CodatSettings.model_validate(given)
        async with CodatClient(settings, transport=emulator.transport) as codat:
            told = await check_codat(codat)

    assert level == told.level


PAGES = {
    "a proxy's page": httpx.Response(403, html="<html>Forbidden</html>"),
    "a portal's page": httpx.Response(200, html="<html>Log in</html>"),
    "a portal elsewhere": httpx.Response(302, headers={"Location": "https://portal.test"}),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
async def test_what_is_not_codat_is_not_taken_for_it(page):
    settings = CodatSettings.model_validate({"api_key": "k", "base_url": "https://codat.test"})
    somebody = httpx.MockTransport(lambda _: page)
    async with CodatClient(settings, transport=somebody) as codat:
        told = await check_codat(codat)

    assert "wrong" == told.level
