"""What travels through Temporal is read as it was taken."""

from temporalio.api.common.v1 import Payload

from dispatch.converter import CONVERTER


def test_what_once_began_with_repeated_members_is_read_again():
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b'{"a": 1, "a": 2}')

    assert [{"a": 2}] == CONVERTER.payload_converter.from_payloads([payload])
