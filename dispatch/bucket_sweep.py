"""Removes large payloads of workflows that Temporal has forgotten from a bucket."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import aioboto3
from botocore.exceptions import BotoCoreError, ClientError
from temporalio.client import Client

from dispatch.forgotten import YOUNG, check_namespace, is_known, namespace_id
from dispatch.payloads.bucket import is_gone, opened
from dispatch.payloads.storage import StorageUnavailable

if TYPE_CHECKING:
    from types_aiobotocore_s3.client import S3Client

_OWNER = re.compile(r"/wi/([^/]+)/")
"""Where the SDK's driver writes the workflow id into an object's key."""


async def sweep_bucket(client: Client, bucket: str, young: timedelta = YOUNG) -> int:
    """Remove what belongs to forgotten workflows of the namespace; gives the number of payloads.

    The first sweep only notes which namespace it is, as that of a directory does.
    Raises: OtherNamespace, RPCError, StorageUnavailable.
    """
    try:
        async with opened(aioboto3.Session()) as s3:
            return await _sweep(client, s3, bucket, young)
    except (BotoCoreError, ClientError) as error:
        raise StorageUnavailable(f"PUSH_LARGE_BUCKET can't be swept: {error}") from error


async def _sweep(client: Client, s3: "S3Client", bucket: str, young: timedelta) -> int:
    removed = 0
    root = f"v0/ns/{_segment(client.namespace)}"
    if not await _is_noted(s3, bucket, f"{root}/namespace-id", await namespace_id(client)):
        return 0
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{root}/wt/")
    async for page in pages:
        before = date_of(page) - young
        for workflow_id, keys in _old(page.get("Contents", []), before).items():
            if not await is_known(client, workflow_id):
                removed += await _remove(s3, bucket, keys, before)
    return removed


def _segment(name: str) -> str:
    """Write a namespace as the SDK's driver does."""
    return quote(name, safe="!-_.*'()").replace("~", "%7E")


async def _is_noted(s3: "S3Client", bucket: str, note: str, own: str) -> bool:
    try:
        found = await s3.get_object(Bucket=bucket, Key=note)
    except ClientError as error:
        if not is_gone(error):
            raise
        await s3.put_object(Bucket=bucket, Key=note, Body=own.encode())
        return False
    check_namespace((await found["Body"].read()).decode(), own, f"the object {note}")
    return True


def date_of(answer: Mapping[str, Any]) -> datetime:
    """Read the bucket's clock, which dates the objects, too."""
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])


def _old(objects: Sequence[Mapping[str, Any]], before: datetime) -> Mapping[str, list[str]]:
    """Give the keys of old payloads by workflow id."""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for listed in objects:
        owner = _OWNER.search(listed["Key"])
        if owner and listed["LastModified"] < before:
            keys[unquote(owner[1])].append(listed["Key"])
    return keys


async def _remove(s3: "S3Client", bucket: str, keys: Sequence[str], before: datetime) -> int:
    removed = 0
    for key in keys:
        # Its workflow may have been started again since Temporal was asked: that writes it anew.
        if (await s3.head_object(Bucket=bucket, Key=key))["LastModified"] < before:
            await s3.delete_object(Bucket=bucket, Key=key)
            removed += 1
    return removed
