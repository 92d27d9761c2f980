from collections.abc import Callable
from pathlib import Path

import pytest

from runs.tables.reading import Table, read_table


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Table]:
    """Read a text or bytes as if uploaded under the name table.csv."""

    def _read(content: str | bytes, **options) -> Table:
        path = tmp_path / "table.csv"
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        return read_table(path, **options)

    return _read
