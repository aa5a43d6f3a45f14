"""The header that a client adds to the first start of a push."""

from dataclasses import replace
from typing import Any

from temporalio.client import (
    Client,
    HeaderCodecBehavior,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    WorkflowHandle,
)

from activities.start_memo import START_HEADER, StartMemo, start_header


def with_start_header(client: Client, memo: StartMemo) -> Client:
    """Give a client over the same connection that adds the memo's header to all that it starts."""
    config = client.config(active_config=True)
    config["interceptors"] = [*config["interceptors"], _StartHeader(memo)]
    config["plugins"] = []  # what they add is in the active configuration
    config["header_codec_behavior"] = HeaderCodecBehavior.NO_CODEC
    return Client(**config)


class _StartHeader(Interceptor):
    def __init__(self, memo: StartMemo) -> None:
        self._memo = memo

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002, the SDK's name
        return _Outbound(next, self._memo)


class _Outbound(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, memo: StartMemo) -> None:
        super().__init__(following)
        self._memo = memo

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002, the SDK's name
        header = {START_HEADER: start_header(self._memo)}
        return await super().start_workflow(replace(input, headers={**input.headers, **header}))
