"""Files through the front door, at both of Codat's paths and under all names of the part."""

import pytest
import pytest_asyncio

from emulator import seeds
from emulator.examples import record
from gateway.api.multipart import MultipartFile
from tests.support.front_door import front_door
from tests.support.large_payloads import beside

PAPER = b"\r\n--paper\x00\xff" * 40_000


@pytest_asyncio.fixture(name="house", scope="module", loop_scope="session")
async def _house(devserver, tmp_path_factory):
    async with front_door(beside(devserver, tmp_path_factory.mktemp("large"))) as door:
        for data_type in ("bills", "invoices"):
            connection = door.cluster.codat.connection(seeds.PROMPT)
            connection.add_record(data_type, record(data_type), record_id="a/7")
        yield door


def files(door):
    found = [one for one in door.cluster.records if one["change"] == "AttachmentUploaded"]
    return [(one["dataType"], one["data"]["name"], one["data"]["fileSize"]) for one in found]


@pytest.mark.parametrize("part", ["file", "fileName", "requestBody"])
@pytest.mark.parametrize("place", ["bills/a%2F7/attachments", "invoices/a%2F7/attachment"])
async def test_a_file_is_attached(house, place, part):
    name = f"{part}.pdf"
    sent = {part: (name, PAPER, "application/pdf")}
    answer = await house.http.post(house.path(place), files=sent)
    ended = await house.ended(answer.json()["pushOperationKey"])

    assert (200, "Pending") == (answer.status_code, answer.json()["status"])
    assert "Success" == ended["status"]
    assert "AttachmentUploaded" == ended["changes"][0]["type"]
    assert ended["changes"][0]["attachmentId"]
    assert (place.partition("/")[0], name, len(PAPER)) in files(house)


async def test_the_same_key_and_file_are_one_push(house):
    answers = [
        await house.http.post(
            house.path("bills/a%2F7/attachments"),
            files={"file": ("once.txt", content)},
            headers={"Idempotency-Key": "once"},
        )
        for content in (b"paper", b"paper", b"other")
    ]
    await house.ended(answers[0].json()["pushOperationKey"])

    assert [200, 200, 422] == [answer.status_code for answer in answers]
    assert answers[0].json()["pushOperationKey"] == answers[1].json()["pushOperationKey"]
    assert [5] == [size for _, name, size in files(house) if name == "once.txt"]


async def test_neither_the_file_nor_its_name_is_readable_at_rest(devserver, tmp_path):
    async with front_door(beside(devserver, tmp_path)) as door:
        prompt = door.cluster.codat.connection(seeds.PROMPT)
        prompt.add_record("bills", record("bills"), record_id="a/7")
        answer = await door.http.post(
            door.path("bills/a%2F7/attachments"),
            files={"file": ("kowalski.pdf", PAPER, "application/pdf")},
            headers={"Idempotency-Key": "of-kowalski"},
        )
        ended = await door.ended(key := answer.json()["pushOperationKey"])
        sizes = [size for _, name, size in files(door) if name == "kowalski.pdf"]
    at_rest = [path.read_bytes() for path in tmp_path.glob(f"*/push-{key}/*")]
    # Read without the keys.
    history = await devserver.client.get_workflow_handle(f"push-{key}").fetch_history()
    described = await devserver.client.get_workflow_handle(f"push-{key}").describe()
    at_rest += [event.SerializeToString() for event in history.events]
    at_rest.append(described.raw_description.SerializeToString())

    assert ("Success", [len(PAPER)]) == (ended["status"], sizes)
    assert at_rest
    assert not [one for one in at_rest if b"kowalski" in one or b"--paper" in one]


async def test_a_file_is_removed_again(house):
    there = house.path("bills/a%2F7/attachments")
    made = await house.http.post(there, files={"file": ("gone.txt", b"paper")})
    ended = await house.ended(made.json()["pushOperationKey"])
    attachment_id = ended["changes"][0]["attachmentId"]
    answer = await house.http.delete(f"{there}/{attachment_id}")
    removed = await house.ended(answer.json()["pushOperationKey"])

    assert ("Success", "Deleted") == (removed["status"], removed["changes"][0]["type"])


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"files": {"file": ("a.txt", b"")}}, 400, "The file is empty."),
        ({"files": {"file": ("a.txt", b"x" * 2001)}}, 413, "The file may have at most 2000 bytes."),
        ({"files": {"file": ("a.txt", b"x" * 40_000)}}, 413, "The body may have at most 18384 byt"),
        ({"files": {"paper": ("a.txt", b"x")}}, 400, "in a part named file, with a file name."),
        ({"files": {"file": ("a/b.txt", b"x")}}, 400, "file.name: it must be a bare file name"),
        ({"json": {}}, 415, "Send the file as multipart/form-data"),
        (
            {"files": [("file", ("a", b"x")), ("fileName", ("b", b"y"))]},
            400,
            "Send one file, not several.",
        ),
    ],
)
async def test_what_is_no_file_is_refused(devserver, monkeypatch, sent, status, said):
    monkeypatch.setenv("PUSH_LARGEST_FILE", "2000")
    async with front_door(devserver) as door:
        answer = await door.http.post(door.path("bills/7/attachments"), **sent)

        assert [] == door.cluster.posts
    assert status == answer.status_code
    assert said in answer.json()["error"]


async def test_without_a_place_for_files_none_is_taken(door):
    sent = {"file": ("a.txt", b"paper")}
    answer = await door.http.post(door.path("bills/7/attachments"), files=sent)

    assert 501 == answer.status_code
    assert "need PUSH_LARGE_DIRECTORY or PUSH_LARGE_BUCKET" in answer.json()["error"]


@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
def test_a_file_is_read_whatever_the_size_of_the_pieces(tmp_path, size):
    content = b"\r\n--b\r\r\n--bound\r\n" * 20
    head = b'Content-Disposition: form-data; name="x"\r\n\r\nno\r\n--bounds\r\n'
    head += b'Content-Disposition: form-data; name="file"; filename="\xc3\xa9.txt"\r\n'
    body = b"--bounds\r\n" + head + b"\r\n" + content + b"\r\n--bounds--\r\n"
    with (tmp_path / "file").open("w+b") as file:
        reader = MultipartFile('multipart/form-data; boundary="bounds"', file, 10_000)
        for start in range(0, len(body), size):
            reader.feed(body[start : start + size])
        upload = reader.close()

    assert ("é.txt", None) == (upload.name, upload.content_type)
    assert content == (tmp_path / "file").read_bytes()
