"""`python -m dispatch.sweep`: removes large payloads of workflows that Temporal has forgotten."""

import asyncio
import logging
import os
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

from temporalio.client import Client
from temporalio.service import RPCError

from codat.settings import SettingsError, read_settings
from dispatch.connection import TemporalUnreachable, connect
from dispatch.forgotten import YOUNG, OtherNamespace, check_namespace, is_known, namespace_id
from dispatch.payloads.storage import StorageUnavailable, segment
from dispatch.process_exit import end_process
from dispatch.settings import DispatchSettings

log = logging.getLogger("surepush.sweep")

_NOTE = "namespace-id"


async def sweep(client: Client, root: Path, young: timedelta = YOUNG) -> int:
    """Remove what belongs to forgotten workflows of the namespace; gives the number of payloads.

    No link is followed: it may lead out of the directory.

    The first sweep removes nothing and notes which namespace it is: another cluster knows none of
    the workflows and would have everything removed. OtherNamespace, RPCError.
    """
    removed = 0
    space = root / segment(client.namespace)
    if not _is_folder(space) or not _is_noted(space / _NOTE, await namespace_id(client)):
        return 0
    before = _now_of(space) - young.total_seconds()
    for folder in sorted(filter(_is_folder, space.iterdir())):
        old = [file for file in folder.iterdir() if _is_old(file, before)]
        if old and not await is_known(client, unquote(folder.name)):
            removed += _remove(old, before)
        if not any(folder.iterdir()) and folder.stat().st_mtime < before:
            folder.rmdir()
    return removed


def _now_of(folder: Path) -> float:
    """Read the clock that dates the files there: the disk may be another machine's."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_mtime


def _remove(files: Iterable[Path], before: float) -> int:
    removed = 0
    for file in files:
        # Its key may have been started again since Temporal was asked: that writes it anew.
        if _is_old(file, before):
            file.unlink()
            removed += 1
    return removed


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _is_old(file: Path, before: float) -> bool:
    return file.lstat().st_mtime < before


def _is_noted(note: Path, own: str) -> bool:
    """Compare with the note of the first sweep, which this one may be; OtherNamespace."""
    if not note.exists():
        note.write_text(own)
        return False
    check_namespace(note.read_text(), own, f"the file {note.parent.name}/{note.name}")
    return True


async def sweep_all(client: Client, settings: DispatchSettings) -> int:
    """Sweep the directory and the bucket; gives the number of payloads.

    Raises: OtherNamespace, RPCError, SettingsError, StorageUnavailable.
    """
    if not settings.large_directory and not settings.large_bucket:
        raise SettingsError(
            "PUSH_LARGE_DIRECTORY and PUSH_LARGE_BUCKET are missing: there is nothing to sweep."
        )
    removed = await sweep(client, settings.large_directory) if settings.large_directory else 0
    if settings.large_bucket:
        from dispatch.bucket_sweep import sweep_bucket  # noqa: PLC0415, takes a second

        removed += await sweep_bucket(client, settings.large_bucket)
    return removed


async def main() -> None:
    """Sweep once. Raises: as sweep_all does, TemporalUnreachable."""
    removed = await sweep_all(await connect(), read_settings(DispatchSettings))
    log.info("Removed %d large payloads of forgotten workflows", removed)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        asyncio.run(main())
    except (OtherNamespace, SettingsError, StorageUnavailable, TemporalUnreachable) as error:
        end_process(str(error))
    except RPCError as error:
        end_process(f"Temporal refused or did not answer: {error.message}")
    end_process(0)
