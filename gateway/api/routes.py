"""The paths of the push API and what its OpenAPI page says of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Security
from fastapi.security import APIKeyHeader
from starlette.responses import Response

from codat.kinds import DELETED_TYPES
from codat.models import PushOption
from codat.target import UPDATED_TYPES
from codat.turns import in_turn
from gateway.api import pushes
from gateway.api.dry_run import compared
from gateway.api.offered import not_offered
from gateway.api.options_forms import AS_SCHEMA, OptionsForm, written_as
from gateway.api.parameters import (
    KEY,
    KEYED,
    NAMED_TYPES,
    REFUSED,
    AccountId,
    CompanyId,
    ConnectionId,
    DataType,
    DeletedType,
    DryRun,
    Force,
    Minutes,
    Order,
    PushKey,
    RecordId,
    Settings,
    UpdatedType,
)
from gateway.api.query import MAX_QUERY, PLAIN_QUERY
from gateway.api.schemas import Operation, OperationsPage
from gateway.auth import CALLER, NOBODY, Role, authenticate, check_company, check_role
from gateway.dependencies import Dependencies
from gateway.errors import Json

_READS = ("GET", "HEAD")
_OTHER_WRITES = ["DELETE", "PATCH", "POST", "PUT"]
_KINDS = {
    "DELETE": "deletion without a record id",
    "POST": "creation under a record id",
    "PUT": "update without a record id",
}
_COMPANY = "/companies/{companyId}"
THERE = f"{_COMPANY}/connections/{{connectionId}}"
_NEWEST = "-requestedOnUtc"
_ORDERS = {"enum": [_NEWEST]}


_HEADER = APIKeyHeader(
    name="Authorization",
    auto_error=False,
    description="`Basic ` and the base64 of the API key, or `Bearer ` and the key.",
)


class PushApi:
    """The endpoints, sharing the parts of the front door."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._dependencies = dependencies

    async def authorize(
        self, http: Request, company: CompanyId, shown: Annotated[str | None, Security(_HEADER)]
    ) -> None:
        """Let a caller in who may see the company; Refusal 401 or 403."""
        keys = self._dependencies.settings.api_keys
        caller = authenticate(shown, keys) if keys else NOBODY
        check_company(caller, company)
        check_role(caller, Role.READ if http.method in _READS else Role.PUSH)
        http.scope[CALLER] = caller

    async def create(
        self,
        http: Request,
        company: CompanyId,
        connection: ConnectionId,
        data_type: DataType,
        settings: Settings,
    ) -> Response:
        """Push a new record; answered at once, before it is written."""
        request = await pushes.request_from(
            http,
            company_id=company,
            connection_id=connection,
            data_type=data_type,
            **settings,
        )
        return await pushes.start(self._dependencies, http, request)

    async def create_transactions(
        self,
        http: Request,
        company: CompanyId,
        connection: ConnectionId,
        account: AccountId,
        settings: Settings,
    ) -> Response:
        """Push transactions of a bank account."""
        return await self.create(http, company, connection, _transactions(account), settings)

    async def update(  # noqa: PLR0913, PLR0917, the parameters of Codat's endpoint
        self,
        http: Request,
        company: CompanyId,
        connection: ConnectionId,
        data_type: UpdatedType,
        record: RecordId,
        settings: Settings,
        force: Force = None,
        order: Order = None,
        dry_run: DryRun = False,  # noqa: FBT002, a parameter of the query
    ) -> Response:
        """Push an update of a record."""
        if record.endswith("/bankTransactions"):
            raise not_offered("update of bankTransactions")
        if data_type in NAMED_TYPES and data_type not in UPDATED_TYPES:
            raise not_offered(f"update of {data_type}")
        request = await pushes.request_from(
            http,
            company_id=company,
            connection_id=connection,
            data_type=data_type,
            record_id=record,
            **settings,
            force_update=force,
            ordering=order or self._dependencies.settings.ordering_of_updates,
        )
        if dry_run:
            return await compared(self._dependencies, request)
        return await pushes.start(self._dependencies, http, request)

    async def delete(  # noqa: PLR0913, PLR0917, the parameters of Codat's endpoint
        self,
        http: Request,
        company: CompanyId,
        connection: ConnectionId,
        data_type: DeletedType,
        record: RecordId,
        minutes: Minutes = None,
    ) -> Response:
        """Push the deletion of a record."""
        if data_type in NAMED_TYPES and data_type not in DELETED_TYPES:
            raise not_offered(f"deletion of {data_type}")
        request = await pushes.request_without_record(
            http,
            company_id=company,
            connection_id=connection,
            data_type=data_type,
            kind="delete",
            record_id=record,
            timeout_in_minutes=minutes,
        )
        return await pushes.start(self._dependencies, http, request)

    async def no_such_write(self, http: Request) -> Json:
        """Refuse what else could be asked of a record; Refusal 405."""
        raise not_offered(_KINDS.get(http.method, http.method))

    async def read(self, company: CompanyId, key: PushKey) -> Json:
        """Read one push, by our key or Codat's."""
        return await pushes.read(self._dependencies, company, key)

    async def page(
        self,
        company: CompanyId,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        size: Annotated[int, Query(alias="pageSize", ge=1, le=5000)] = 100,
        query: Annotated[str, Query(max_length=MAX_QUERY, json_schema_extra=PLAIN_QUERY)] = "",
        order: Annotated[str, Query(alias="orderBy", json_schema_extra=_ORDERS)] = _NEWEST,
    ) -> Json:
        """List a company's pushes, newest first; `query` as in Codat's API."""
        found = await pushes.page_of(self._dependencies, company, page, size, query, order)
        return await in_turn(Json, found)

    async def options(
        self,
        company: CompanyId,
        connection: ConnectionId,
        data_type: DataType,
        form: OptionsForm = "options",
    ) -> Json:
        """Read what the company's accounting software accepts of a data type."""
        fields = {"company_id": company, "connection_id": connection, "data_type": data_type}
        target = pushes.checked({**fields, "data": {}}).target
        cached = await self._dependencies.options.get(target)
        return await in_turn(written_as, form, cached.document)

    async def transaction_options(
        self,
        company: CompanyId,
        connection: ConnectionId,
        account: AccountId,
        form: OptionsForm = "options",
    ) -> Json:
        """Read what is accepted of transactions of a bank account."""
        return await self.options(company, connection, _transactions(account), form)


def push_routes(dependencies: Dependencies) -> APIRouter:
    """Give the router of the push API."""
    api = PushApi(dependencies)
    router = APIRouter(dependencies=[Depends(api.authorize)], responses=REFUSED, tags=["Push"])
    company, there = _COMPANY, THERE
    bank = "bankAccounts/{accountId:path}/bankTransactions"
    for path, method, endpoint, model, extra in (
        (f"{there}/push/{bank}", "POST", api.create_transactions, Operation, KEYED),
        (f"{there}/push/{{dataType}}", "POST", api.create, Operation, KEYED),
        (f"{there}/push/{{dataType}}/{{recordId:path}}", "PUT", api.update, Operation, KEYED),
        (f"{there}/push/{{dataType}}/{{recordId:path}}", "DELETE", api.delete, Operation, KEY),
        (f"{there}/options/{bank}", "GET", api.transaction_options, PushOption, AS_SCHEMA),
        (f"{there}/options/{{dataType}}", "GET", api.options, PushOption, AS_SCHEMA),
        (f"{company}/push/{{pushOperationKey}}", "GET", api.read, Operation, None),
        (f"{company}/push", "GET", api.page, OperationsPage, None),
    ):
        router.add_api_route(
            path, endpoint, methods=[method], response_model=model, openapi_extra=extra
        )
        if method == "GET":
            router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)
    return router


def other_write_routes(dependencies: Dependencies) -> APIRouter:
    """Give the router of the writes that there are not; it comes after all others."""
    api = PushApi(dependencies)
    router = APIRouter(dependencies=[Depends(api.authorize)], include_in_schema=False)
    for path in (f"{THERE}/push/{{dataType}}", f"{THERE}/push/{{dataType}}/{{rest:path}}"):
        router.add_api_route(path, api.no_such_write, methods=_OTHER_WRITES)
    return router


def _transactions(account: str) -> str:
    return f"bankAccounts/{account}/bankTransactions"
