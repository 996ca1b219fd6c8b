"""Where the real data for tests lies; it is not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1].parent / "shared" / "data"


def shared(relative: str) -> Path:
    """Return a path below ``../shared/data``; skip without it, fail when strict."""
    path = ROOT / relative
    if path.exists():
        return path
    reason = f"needs real data at ../shared/data/{relative}, which is not part of the project"
    if os.environ.get("EARSHOT_TEST_STRICT") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
