"""The paths of attachments: files to records, and away from them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from codat.kinds import ATTACHED_TYPES, DETACHED_TYPES
from gateway.api import pushes
from gateway.api.offered import not_offered
from gateway.api.parameters import (
    KEY,
    REFUSED,
    AttachmentId,
    CompanyId,
    ConnectionId,
    DataType,
    RecordId,
)
from gateway.api.routes import THERE, PushApi
from gateway.api.schemas import Operation
from gateway.api.uploads import FILE, upload
from gateway.dependencies import Dependencies

AttachedType = Annotated[
    str, Path(alias="dataType", json_schema_extra={"enum": sorted(ATTACHED_TYPES)})
]


class AttachmentApi:
    """The endpoints, sharing the parts of the front door."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._dependencies = dependencies

    async def attach(
        self,
        http: Request,
        company: CompanyId,
        connection: ConnectionId,
        data_type: AttachedType,
        record: RecordId,
    ) -> Response:
        """Push a file to a record."""
        if data_type not in ATTACHED_TYPES:
            raise not_offered(f"attachment of {data_type}")
        where = {"company_id": company, "connection_id": connection, "data_type": data_type}
        return await upload(self._dependencies, http, **where, record_id=record)

    async def detach(  # noqa: PLR0913, PLR0917, the parameters of Codat's endpoint
        self,
        http: Request,
        company: CompanyId,
        connection: ConnectionId,
        data_type: DataType,
        record: RecordId,
        attachment: AttachmentId,
    ) -> Response:
        """Push the removal of a file from a record."""
        if data_type not in DETACHED_TYPES:
            raise not_offered(f"removal of attachments of {data_type}")
        request = await pushes.request_without_record(
            http,
            company_id=company,
            connection_id=connection,
            data_type=data_type,
            kind="detach",
            record_id=record,
            attachment_id=attachment,
        )
        return await pushes.start(self._dependencies, http, request)


def attachment_routes(dependencies: Dependencies) -> APIRouter:
    """Give the router of attachments; it comes before those of the records."""
    api, authorized = AttachmentApi(dependencies), Depends(PushApi(dependencies).authorize)
    router = APIRouter(dependencies=[authorized], responses=REFUSED, tags=["Push"])
    singular = f"{THERE}/push/{{dataType}}/{{recordId:path}}/attachment"
    for path, method, endpoint, extra in (
        (singular, "POST", api.attach, FILE | KEY),
        (f"{singular}s", "POST", api.attach, FILE | KEY),
        (f"{singular}s/{{attachmentId}}", "DELETE", api.detach, KEY),
    ):
        router.add_api_route(
            path, endpoint, methods=[method], response_model=Operation, openapi_extra=extra
        )
    return router
