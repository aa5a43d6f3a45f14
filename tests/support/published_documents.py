"""Codat's published documents, read where they lie beside the repository."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "codat"


def published(name: str) -> Any:
    """Read one document; without it the test is skipped, in CI it fails."""
    path = PUBLISHED / name
    if not path.exists():
        missing = f"{name} is not there: Codat's published documents lie beside the repository"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return json.loads(path.read_text())
