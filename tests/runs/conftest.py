import numpy as np
import pandas as pd
import pytest

from runs.enums import Phase
from tests.factories import DatasetFactory, RunFactory


@pytest.fixture
def small_table():
    """Sixty rows whose classes can be told apart, with a category and gaps."""
    rng = np.random.default_rng(0)
    n_rows = 60
    labels = np.array(["Adelie", "Chinstrap", "Gentoo"])[np.arange(n_rows) % 3]
    mass = rng.normal(4000, 200, n_rows) + 600 * (np.arange(n_rows) % 3)
    mass[::10] = np.nan
    return pd.DataFrame(
        {
            "species": pd.array(labels, dtype="str"),
            "sex": pd.array(rng.choice(["MALE", "FEMALE"], n_rows), dtype="str"),
            "body_mass_g": mass,
            "bill_length_mm": rng.normal(44, 3, n_rows) + np.arange(n_rows) % 3,
        }
    )


@pytest.fixture
def searchable_run(db, settings, tmp_path, small_table):
    """Return a maker of runs over a table that is really there."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.CACHE_DIR = tmp_path / "cache"
    (tmp_path / "files").mkdir()
    table = tmp_path / "files" / "table.parquet"
    small_table.to_parquet(table)

    def make(**changes):
        dataset = DatasetFactory(table="table.parquet", n_rows=len(small_table))
        return RunFactory(dataset=dataset, phase=Phase.QUEUED, **changes)

    return make
