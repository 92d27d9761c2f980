from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from runs.tables.kinds import Column, guess_kinds
from runs.tables.storage import write_parquet


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., tuple[Path, list[Column]]]:
    """Store a frame; its path and columns."""

    def _store(frame) -> tuple[Path, list[Column]]:
        frame = pd.DataFrame(frame)
        columns = guess_kinds(frame)
        path = tmp_path / "table.parquet"
        write_parquet(frame, columns, path)
        return path, columns

    return _store
