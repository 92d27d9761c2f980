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
    # A command's socket is in a folder of its own where the path of its home is long.
    left = [path for path in home.iterdir() if path.name != f"tuneboard-{os.getuid()}"]
    assert left == []
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

    assert [grid["grid"] for grid in result["grids"]] == [
        "titanic, logistic_regression",
        "titanic, hist_gradient_boosting",
    ]
    assert all(grid["trials"] > 1 for grid in result["grids"])
    assert result["max_difference"] <= 1e-9
    assert 0 < result["min_ratio"] <= result["value"]


def test_overhead_few_trials_all_sizes_are_reported(tmp_path):
    require(DEV / "datasets.json")

    result = result_of("overhead.py", "--trials", "8", "20", "--cv", "2", home=tmp_path)

    assert [size["trials"] for size in result["sizes"]] == [8, 20]
    assert [size["max_difference"] for size in result["sizes"]] == [0.0, 0.0]


def test_live_few_viewers_every_trial_is_seen(tmp_path):
    result = result_of(
        *("live.py", "--viewers", "1", "3", "--trials", "6", "--rate", "10"),
        *("--existing", "3"),
        home=tmp_path,
    )

    assert [found["viewers"] for found in result["rounds"]] == [1, 3]
    assert [found["n_unseen"] for found in result["rounds"]] == [0, 0]
    assert [found["existing"] for found in result["rounds"]] == [3, 3]
    for found in result["rounds"]:
        assert found["painted"] is None or found["painted"]["n_unseen"] == 0


def test_pages_few_trials_take_a_constant_number_of_queries(tmp_path):
    result = result_of(
        *("pages.py", "--sizes", "15", "30", "--calls", "2", "--no-browser"),
        *("--projects", "20x200", "40x400"),
        home=tmp_path,
    )

    assert result["queries_constant"]
    assert {cost["trials"] for cost in result["costs"]} == {15, 30}
    assert {cost["runs"] for cost in result["lists"]} == {20, 40}


def test_sqlite_few_trials_are_all_recorded_and_nobody_is_locked_out(tmp_path):
    result = result_of(
        *("sqlite.py", "--seconds", "3", "--rate", "10", "--existing", "20"),
        home=tmp_path,
    )

    assert (result["locked"], result["errors"], result["failures"]) == (0, {}, {})
    assert result["answers"] > 0


def test_time_to_target_tiny_table_every_search_is_timed(tmp_path):
    require(DEV / "datasets.json")

    result = result_of(
        *("time_to_target.py", "--tables", "wine_quality_white", "--rows", "150"),
        *("--algorithms", "decision_tree", "--trials", "6", "--seeds", "1"),
        *("--cv", "2"),
        home=tmp_path,
    )

    (case,) = result["cases"]
    systems = set(case) - {"table", "algorithm"}
    assert systems == {
        *("random", "halving", "tpe"),
        *("RandomizedSearchCV", "HalvingRandomSearchCV", "Optuna"),
    }
    assert all(case[system]["seconds"] > 0 for system in systems)
    # The best value is somebody's: it was reached at least once.
    assert any(case[system]["reached"] == 1 for system in systems)
    assert result["value"] == min(result["ratios"].values())


def test_quality_product_alone_is_scored_on_the_test_part(tmp_path):
    require(DEV / "datasets.json")
    home = tmp_path / "home"
    home.mkdir()
    written = tmp_path / "outcomes.jsonl"
    words = (
        *("quality.py", "--tables", "penguins", "--systems", "tuneboard"),
        *("--budget", "15", "--results", str(written)),
    )

    result = result_of(*words, home=home)

    (outcome,) = result["outcomes"]
    assert outcome["error"] == ""
    assert 0 < outcome["scores"]["log_loss"] < 0.5
    assert outcome["fit_seconds"] > 0
    assert result["mean_ranks"] == {"tuneboard": 1.0}
    # Continued, nothing is measured again.
    assert result_of(*words, "--resume", home=home)["outcomes"] == [outcome]
    assert len(written.read_text().splitlines()) == 1


def test_memory_small_table_peaks_are_reported_by_part(tmp_path):
    result = result_of(
        *("memory.py", "--rows", "2000", "--columns", "5", "--trials", "3"),
        *("--algorithms", "decision_tree"),
        home=tmp_path,
    )

    assert result["trials"] >= 3
    assert result["data_mb"] == 0.1
    peaks = result["peak_mb_by_part"]
    assert peaks["searching"] > 0
    assert max(peaks.values()) == result["peak_mb"]
    assert sum(result["peak_by_process"].values()) == pytest.approx(
        result["peak_mb"], rel=0.01
    )


def test_scaling_few_workers_sleep_side_by_side(tmp_path):
    result = result_of(
        *("scaling.py", "--workers", "1", "3", "--per-worker", "4"),
        *("--seconds", "0.5", "1"),
        home=tmp_path,
    )

    # The shorter trials are measured with most workers alone.
    one, short, long = result["rounds"]
    assert [r["workers"] for r in result["rounds"]] == [1, 3, 3]
    assert [r["trial_seconds"] for r in result["rounds"]] == [1.0, 0.5, 1.0]
    assert [r["trials"] for r in result["rounds"]] == [4, 12, 12]
    assert all(0 < r["whole"] <= 1 for r in result["rounds"])
    assert all(0 < r["efficiency"] <= 1 for r in result["rounds"])
    # Three workers do three times as much, but for what starting takes.
    assert long["search_seconds"] < 2 * one["search_seconds"]
    assert result["value"] == long["efficiency"]
    assert short["dispatcher_ms"] >= 0
