"""What Codat remarks on the first answer is told while the push waits."""

from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.protocol import protocol
from workflows.models import PushProgress


async def test_remarks_are_told_while_the_push_waits(devserver):
    data = record("suppliers") | {"unheardOf": 1}
    async with protocol(devserver, rules="enforced") as here:
        push = await here.push(
            connection_id=seeds.OFFLINE, data_type="suppliers", data=data, validation="off"
        )

        async def warned():
            progress = await push.progress()
            return progress and progress.warnings

        await eventually(warned)
        progress = await push.progress() or PushProgress(stage="", message="")
        await push.handle.terminate()

    assert "poll-status" == progress.stage
    assert ["/unheardOf"] == [warning.pointer for warning in progress.warnings]
