"""Where the shared tables lie that are too many to be part of the repository."""

import os
from pathlib import Path

import pytest

_ROOT = Path(
    os.environ.get("TUNEBOARD_SHARED_DATA")
    or Path(__file__).parents[2] / "shared" / "data"
)
DEV = _ROOT / "dev"
MESSY = _ROOT / "messy"


def require(path: Path) -> Path:
    """Return the path; skip the test if it is absent, fail in CI."""
    if not path.exists():
        reason = f"{path} is absent: set TUNEBOARD_SHARED_DATA to the data folder."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
