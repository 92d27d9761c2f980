"""The benchmarks run, at a size that says nothing about speed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.data import DEV, require

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def result_of(script: str, *options: str, home: Path) -> dict:
    """Run a benchmark as its reader does and return its last line."""
    done = subprocess.run(
        [sys.executable, f"bench/{script}", *options],
        cwd=ROOT,
        # Temporary folders below one that can be told apart.
        env={**os.environ, "TMPDIR": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert set(result) >= {"bench", "value", "target", "holds"}
    assert list(home.iterdir()) == []
    assert processes_of(home) == []
    return result


def processes_of(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if str(home) in process.environ().get("TUNEBOARD_HOME", ""):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_grid_tiny_table_scores_equal_the_reference(tmp_path):
    require(DEV / "datasets.json")

    result = result_of(
        *("grid.py", "--tables", "titanic", "--rows", "150", "--cv", "2"),
        *("--algorithms", "linear", "hgb"),
        home=tmp_path,
    )

    assert [grid["trials"] for grid in result["grids"]] == [8, 18]
    assert result["max_difference"] == 0.0
    assert result["value"] > 0


def test_overhead_few_trials_all_sizes_are_reported(tmp_path):
    require(DEV / "datasets.json")

    result = result_of("overhead.py", "--trials", "8", "20", "--cv", "2", home=tmp_path)

    assert [size["trials"] for size in result["sizes"]] == [8, 20]
    assert [size["max_difference"] for size in result["sizes"]] == [0.0, 0.0]


def test_live_few_viewers_every_trial_is_seen(tmp_path):
    result = result_of(
        *("live.py", "--viewers", "1", "3", "--trials", "6", "--rate", "10"),
        home=tmp_path,
    )

    assert [found["viewers"] for found in result["rounds"]] == [1, 3]
    assert [found["n_unseen"] for found in result["rounds"]] == [0, 0]
