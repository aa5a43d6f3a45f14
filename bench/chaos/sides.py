"""The two sides of a chaos run: how their pushes are named, started and asked for again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from bench.chaos.commands import Commands, persist
from bench.chaos.front_door import FrontDoorBackend
from bench.chaos.items import Item
from bench.chaos.places import company, connection
from bench.compare.sides.api import Order
from codat.kinds import PushKind
from dispatch.pushes import NoSuchPush, Push, start_push
from dispatch.retries import StillRunning, retry_push
from surepush_client.attached_file import AttachedFile, not_stored
from workflows.models import PushRequest

Options = dict[str, Any]
"""What a start by name has besides id and queue, in the words of the SDK."""


class Refused(Exception):
    """The door did not open: there was nothing to reset, or it is still running."""


class Side:
    """One side's pushes; `workflow` is their type, `sends` the activity that sends a record.

    `patience` is for how many seconds people wait for a push before they leave its door alone.
    """

    name: str
    workflow: str
    sends: str

    def __init__(self, client: Client, patience: float) -> None:
        self.client = client
        self.patience = patience

    def workflow_id(self, item: Item) -> str:
        """Give the id of its workflow."""
        raise NotImplementedError

    async def start(self, item: Item) -> None:
        """Start it as a backend does; a second time is the same key again."""
        raise NotImplementedError

    async def retry(self, item: Item) -> None:
        """Ask for it again, as an operator does."""
        raise NotImplementedError

    async def start_by_name(self, item: Item, **options: Any) -> None:  # noqa: ANN401
        """Start it by its name, with only the input, as the Temporal UI does."""
        raise NotImplementedError

    async def start_with_a_past(self, item: Item, **options: Any) -> None:  # noqa: ANN401
        """Start it by its name with what another run had: its memo, or what that carried on."""
        await self.start_by_name(item, **options)

    async def running(self) -> int:
        """Count the pushes that have not ended."""
        query = f'TaskQueue="{self.name}" AND WorkflowType="{self.workflow}" AND CloseTime IS NULL'
        return (await self.client.count_workflows(query)).count

    def handle(self, item: Item) -> WorkflowHandle[Any, Any]:
        """Give its workflow, whichever run is the latest."""
        return self.client.get_workflow_handle(self.workflow_id(item))

    def commands(self, item: Item) -> Commands:
        """Give what an operator can do to its workflow."""
        return Commands(self.client, self.workflow_id(item))


class Ours(Side):
    """Pushes of Surepush."""

    name = "ours"
    workflow = "push"
    sends = "push"

    def __init__(
        self, client: Client, patience: float, door: FrontDoorBackend | None = None
    ) -> None:
        super().__init__(client, patience)
        self.door = door
        self.files: dict[int, AttachedFile] = {}
        self.attachments: dict[int, str] = {}

    def request(self, item: Item) -> PushRequest:
        """Make what a backend asks."""
        return PushRequest.model_validate(
            {
                "companyId": company(self.name),
                "connectionId": connection(self.name, item.place),
                "dataType": item.data_type,
                "idempotencyKey": item.key,
                "recordId": item.record_id,
                "timeoutInMinutes": item.minutes,
                **self._parts(item),
            }
        )

    def _parts(self, item: Item) -> dict[str, Any]:
        """Give what the kind of a push has besides its record's id."""
        match item.kind:
            case PushKind.ATTACH:
                return {"kind": item.kind, "file": self.files.get(item.number, not_stored("-"))}
            case PushKind.DETACH:
                return {"kind": item.kind, "attachmentId": self.attachments.get(item.number, "-")}
            case PushKind.DELETE:
                return {"kind": item.kind}
            case _:
                return {"data": item.data}

    def push(self, item: Item) -> Push:
        """Give the push as the outside knows it."""
        return Push(self.client, self.request(item).push_id)

    async def exists(self, item: Item) -> bool:
        """Tell whether it was ever started."""
        try:
            await persist(self.push(item).describe)
        except NoSuchPush:
            return False
        return True

    def workflow_id(self, item: Item) -> str:
        """Give the id of its workflow."""
        return self.request(item).workflow_id

    async def start(self, item: Item) -> None:
        """Start it through the front door or `dispatch`, or join it."""
        if self.door and self.door.takes(item):
            await self.door.start(self.request(item))
            return
        await start_push(self.client, self.request(item), task_queue=self.name)

    async def retry(self, item: Item) -> None:
        """Ask for it again through `dispatch`."""
        try:
            await retry_push(self.push(item), task_queue=self.name)
        except (StillRunning, NoSuchPush):
            raise Refused from None

    async def start_by_name(self, item: Item, **options: Any) -> None:  # noqa: ANN401
        """Start it past `dispatch`."""
        await self._start(item, {}, options)

    async def start_with_a_past(self, item: Item, **options: Any) -> None:  # noqa: ANN401
        """Start it with a copy of its memo, and with an empty ledger that was carried on."""
        memo = await (await self.handle(item).describe()).memo()
        at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        carried = {"resume": {"requestedOnUtc": at, "ledger": {}}}
        copied = {name: memo[name] for name in ("surepush",) if name in memo}
        await self._start(item, carried, {**options, "memo": copied})

    async def _start(self, item: Item, more: dict[str, Any], options: Options) -> None:
        request = self.request(item).model_dump(mode="json", by_alias=True, exclude_none=True)
        where: Options = {"id": self.workflow_id(item), "task_queue": self.name}
        await self.client.start_workflow("push", request | more, **where, **options)


class Plain(Side):
    """Pushes of the plain workflow, with the server's default policies."""

    name = "plain"
    workflow = "plain-push"
    sends = "send_record"

    def workflow_id(self, item: Item) -> str:
        """Give the id of its workflow."""
        return f"plain-{item.number}"

    async def start(self, item: Item) -> None:
        """Start it; the same id again runs again when the first has ended."""
        await self.start_by_name(item)

    async def retry(self, item: Item) -> None:
        """Start one again that did not succeed."""
        described = await persist(lambda: self.handle(item).describe())
        if described.status in (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED):
            raise Refused
        await self.start(item)

    async def start_by_name(self, item: Item, **options: Any) -> None:  # noqa: ANN401
        """Start it: there is only one way."""
        here = f"/companies/{company(self.name)}/connections/{connection(self.name, item.place)}"
        tail = f"/{item.record_id}" if item.record_id else ""
        order = Order(
            id=str(item.number),
            method="PUT" if item.record_id else "POST",
            path=f"{here}/push/{item.data_type}{tail}",
            data=item.data,
            minutes=item.minutes,
        )
        where: Options = {"id": self.workflow_id(item), "task_queue": self.name}
        await self.client.start_workflow("plain-push", order, **where, **options)
