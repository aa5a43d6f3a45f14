"""S3 on this machine: moto's server, in a thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

BUCKET = "large-payloads"


@contextmanager
def s3_bucket(variables: pytest.MonkeyPatch) -> Iterator[Any]:
    """Serve an empty bucket, which the AWS_* variables name; gives a client of boto3's."""
    import boto3  # noqa: PLC0415, both take a second, in every process that collects tests
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    # Servers of one process share what they keep.
    httpx.post(f"http://{host}:{port}/moto-api/reset", trust_env=False).raise_for_status()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "anyone",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
    }.items():
        variables.setenv(name, value)
    client: Any = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    try:
        yield client
    finally:
        client.close()
        server.stop()
