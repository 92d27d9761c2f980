import subprocess
import sys

import pytest

from runs.samples import SAMPLES, sample_path
from runs.tables.kinds import FEATURE_KINDS
from runs.tables.reading import read_table


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_a_table_with_its_target(name):
    table = read_table(sample_path(name))

    kinds = {column.name: column.kind for column in table.columns}
    assert SAMPLES[name].name == name
    assert kinds[SAMPLES[name].target] in FEATURE_KINDS
    assert table.frame[SAMPLES[name].target].notna().all()
    assert table.repairs == []


def test_samples_load_without_pandas():
    code = "import sys, runs.samples; sys.exit('pandas' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
