from emulator import seeds
from emulator.examples import record

COMPANY = f"/companies/{seeds.COMPANY}"
MINUTE = 60


async def push(codat, key="k", number="1", method="POST", rest="push/suppliers"):
    path = f"{COMPANY}/connections/{seeds.PROMPT}/{rest}"
    async with codat.client() as client:
        return await client.request(
            method, path, json=record("suppliers", number), headers={"Idempotency-Key": key}
        )


async def count(codat):
    async with codat.client() as client:
        return (await client.get(f"{COMPANY}/push")).json()["totalResults"]


async def test_the_first_answer_is_replayed_after_the_push_has_ended(codat):
    first = await push(codat)
    codat.advance(89 * MINUTE)
    again = await push(codat)

    assert first.content == again.content
    assert "Pending" == again.json()["status"]
    assert ["committed", "replayed"] == [entry["did"] for entry in codat.journal()]


async def test_after_ninety_minutes_the_same_key_writes_again(codat):
    codat.settings(rules="off")
    await push(codat)
    codat.advance(90 * MINUTE + 1)
    await push(codat)

    assert 2 == await count(codat)
    assert {"k": 2} == codat.invariants()["operations"]["byKey"]
    codat.advance(1)
    assert not codat.invariants()["sound"]


async def test_the_same_key_with_another_body_is_422(codat):
    await push(codat)
    other = await push(codat, number="2")

    assert 422 == other.status_code
    assert 1 == await count(codat)


async def test_a_refusal_is_kept_like_any_other_answer(codat):
    refused = await push(codat, rest="push/unicorns")
    again = await push(codat, rest="push/unicorns")

    assert 404 == refused.status_code
    assert refused.content == again.content


async def test_a_429_releases_the_key(codat):
    codat.fault("throttle", times=1)
    refused, accepted = await push(codat), await push(codat)

    assert (429, 200) == (refused.status_code, accepted.status_code)


async def test_the_key_of_a_put_does_nothing(codat):
    for _ in range(2):
        await push(codat, method="PUT", rest="push/suppliers/supplier-1")

    assert 2 == await count(codat)


async def test_older_deployments_ignore_the_key(codat):
    codat.settings(idempotency="ignored")
    await push(codat)
    await push(codat)

    assert 2 == await count(codat)


async def test_a_5xx_of_a_shaky_platform_is_replayed_and_writes_once(codat):
    path = f"{COMPANY}/connections/{seeds.SHAKY}/push/suppliers"
    async with codat.client() as client:
        answers = [
            await client.post(path, json=record("suppliers"), headers={"Idempotency-Key": "k"})
            for _ in range(2)
        ]

    assert [500, 500] == [answer.status_code for answer in answers]
    assert 1 == await count(codat)


async def test_a_later_error_does_not_replace_the_first_answer(codat):
    first = await push(codat)
    codat.fault("error-before-commit", method="POST", times=1)

    assert 500 == (await push(codat)).status_code
    assert first.content == (await push(codat)).content
