"""Pushes to other connections of a company, whose record may stand where ours is looked for.

Codat reads most data types for a whole company, and does not say whose connection a record is of.
"""

from collections.abc import AsyncIterator, Sequence

from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey

from activities.find_models import FindSubmission
from activities.inputs import Inputs
from activities.matching import fits
from activities.other_pushes import BEFORE, DATA_TYPE
from activities.record_proof import is_mute
from activities.visibility import among, equals
from codat.models import PushOperation

_CONNECTION = SearchAttributeKey.for_keyword("ConnectionId")


class OtherConnections:
    """The company's pushes of our data type to other connections than ours."""

    def __init__(self, client: Client, inputs: Inputs, ask: FindSubmission) -> None:
        self._client = client
        self._inputs = inputs
        self._ask = ask

    async def possible_owner(self, stands: object, listed: Sequence[PushOperation]) -> str | None:
        """Name a push there that may have written what stands, a record that no operation names.

        `listed` are the operations of the other connections. A push that wrote it has one that
        names no record, or does not know which it has.
        """
        mute = [operation.push_operation_key for operation in listed if is_mute(operation)]
        if not mute:
            return None
        for push, record in await self._inputs.records(self._pushes(mute)):
            if record is None or fits(record, stands):
                return push
        return None

    async def _pushes(self, mute: Sequence[object]) -> AsyncIterator[WorkflowExecution]:
        target, oldest = self._ask.target, (self._ask.since - BEFORE).isoformat()
        place = (
            f"{equals('CompanyId', target.company_id)} AND {equals('DataType', target.data_type)}"
        )
        open_then = f'PushOperationKey IS NULL AND (CloseTime IS NULL OR CloseTime>="{oldest}")'
        query = f"{place} AND (({open_then}) OR {among('PushOperationKey', mute)})"
        async for push in self._client.list_workflows(query):
            known = push.typed_search_attributes
            is_elsewhere = known.get(_CONNECTION) != str(target.connection_id)
            if is_elsewhere and known.get(DATA_TYPE) == target.data_type:
                yield push
