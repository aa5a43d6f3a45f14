"""Start a push with `surepush_client` and print how it ended as JSON.

    python push.py request.json

The request is one JSON object: companyId, connectionId, dataType, data, idempotencyKey, and where
wanted recordId, timeoutInMinutes, validation. Run it twice: the same key is the same push.
Exit codes: 0 Success, 1 Failed, 2 no push request, 3 TimedOut, 4 Unknown, 5 no answer from
Temporal: the push may be under way, so run it again.
"""

import asyncio
import json
import os
import sys
from decimal import Decimal
from pathlib import Path

from temporalio.service import RPCError

from surepush_client.codat_names import PushStatus
from surepush_client.errors import IdempotencyKeyConflict, InvalidPushRequest
from surepush_client.models import PushRequest
from surepush_client.pushes import connect, start_push

EXIT_CODES = {
    PushStatus.SUCCESS: 0,
    PushStatus.FAILED: 1,
    PushStatus.TIMED_OUT: 3,
    PushStatus.UNKNOWN: 4,
}


async def main(document: str) -> int:
    """Push, and print the outcome."""
    # Decimal keeps the digits of amounts; a float would not.
    request = PushRequest.model_validate(json.loads(document, parse_float=Decimal))
    push = await start_push(await connect(), request)
    outcome = await push.outcome()
    print(outcome.model_dump_json(by_alias=True, exclude_none=True, indent=2))
    return EXIT_CODES[outcome.status]


if __name__ == "__main__":
    try:
        code = asyncio.run(main(Path(sys.argv[1]).read_text()))
    except (IdempotencyKeyConflict, InvalidPushRequest, ValueError) as error:
        print(f"No push request: {error}", file=sys.stderr)
        code = 2
    except (RPCError, RuntimeError) as error:
        print(f"No answer from Temporal: {error}", file=sys.stderr)
        code = 5
    sys.stdout.flush()
    # Leaving the long way, the SDK's threads sometimes abort the process: sdk-python#300.
    os._exit(code)
