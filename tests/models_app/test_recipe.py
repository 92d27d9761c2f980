"""Programs run in a clean process, with limits."""

import pytest

from models_app.taking.recipe import (
    RecipeError,
    is_reproduced,
    largest_difference,
    run,
)

SCORES = "from pathlib import Path\nPath('scores.json').write_text('%s')\n"


def run_text(folder, text, **more):
    path = folder / "recipe.py"
    path.write_text(text)
    return run(path, **more)


def test_run_returns_the_scores_it_left(tmp_path):
    found = run_text(tmp_path, SCORES % '{"folds": [0.5, 1], "holdout": null}')

    assert (found.folds, found.holdout) == ([0.5, 1.0], None)
    assert found.seconds > 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("raise ValueError('no such column')", "ValueError: no such column"),
        ("print('nothing')", "left no scores"),
        (SCORES % "[]", "left no scores"),
        ("import runs", "No module named 'runs'"),
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("open('large', 'wb').truncate(1 << 31)", "File too large"),
        ("import os; print(1 / len(os.environ.get('DATABASE_URL', '')))", "division"),
    ],
)
def test_run_that_fails_says_why(tmp_path, monkeypatch, text, why):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")

    with pytest.raises(RecipeError, match=why):
        run_text(tmp_path, text)


def test_run_is_ended_when_its_time_is_over(tmp_path):
    with pytest.raises(RecipeError, match="longer than 1 s"):
        run_text(tmp_path, "import time; time.sleep(30)", seconds=1)


def test_run_may_not_take_more_memory(tmp_path):
    with pytest.raises(RecipeError, match="MemoryError"):
        run_text(tmp_path, "bytearray(1 << 31)", memory_bytes=1 << 30)


@pytest.mark.parametrize(
    ("stored", "found", "difference"),
    [
        ([1.0, 2.0], [1.0, 2.5], 0.5),
        ([1.0, None], [1.25, 3.0], 0.25),
        ([], [], None),
    ],
)
def test_largest_difference_of_scores(stored, found, difference):
    assert largest_difference(stored, found) == difference


def test_reproduced_is_relative_to_large_scores():
    assert is_reproduced(1e-7, 0.5)
    assert not is_reproduced(1e-5, 0.5)
    assert is_reproduced(1e-3, 50_000.0)
    assert not is_reproduced(None, 1.0)
