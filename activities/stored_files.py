"""The files that pushes attach, read from where they are stored."""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.models import Attempt
from activities.send_fence import not_sent
from codat.writes import FilePart
from surepush_client.errors import PayloadMissing
from surepush_client.files import load_file

FILE_MISSING = "FileMissing"
"""The failure of a send whose file is gone; nothing was sent."""


class StoredFiles:
    """Files as the client's storage has them; without a client there are none."""

    def __init__(self, client: Client | None) -> None:
        self._client = client

    @asynccontextmanager
    async def opened(self, attempt: Attempt) -> AsyncGenerator[FilePart]:
        """Open the file of an attempt, whole and compared by its SHA-256, in an unnamed file.

        Raises: ApplicationError `FileMissing`, or `NotSent` where it can't be read now.
        """
        file = attempt.file
        if file is None or self._client is None:
            raise _missing("there is no file")
        with tempfile.TemporaryFile() as content:
            try:
                workflow_id = activity.info().workflow_id or ""
                await load_file(self._client, workflow_id, file, content)
            except PayloadMissing as error:
                raise _missing(str(error).rstrip(".")) from None
            except Exception as error:  # another storage or worker may do better
                raise not_sent(f"The file {file.name} can't be read now: {error}") from error
            yield file.name, content, file.content_type


NO_FILES = StoredFiles(None)


def _missing(why: str) -> ApplicationError:
    return ApplicationError(
        f"The file to attach is not there any more: {why}. Push it anew.",
        type=FILE_MISSING,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )
