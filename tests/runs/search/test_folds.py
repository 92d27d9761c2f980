import json
import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from runs.search import fold_building
from runs.search import folds as folds_module
from runs.search.folds import FoldSet, load_folds, prepare_folds
from runs.search.pipelines import categorical_positions, make_preprocessor
from runs.search.problem import SpecError, TaskType
from runs.tables.choosing import as_features
from runs.tables.kinds import Column, Kind

both = pytest.mark.parametrize("recipe", ["linear", "tree", "native"])


@pytest.fixture(autouse=True)
def forget_open_folds():
    folds_module._mapped.cache_clear()


def prepared(problem, recipe="tree", key="key") -> FoldSet:
    return prepare_folds(
        lambda: (problem.X, problem.y, None),
        split=problem.split,
        recipe=recipe,
        cache_dir=problem.cache_dir,
        key=key,
    )


def refuse():
    raise AssertionError("The table was read again.")


@both
@pytest.mark.parametrize("cells", [1 << 22, 240])
def test_prepare_folds_equal_preprocessing_by_hand(
    problem_of, recipe, cells, monkeypatch
):
    """However few columns of a large table are prepared at a time."""
    monkeypatch.setattr("runs.search.rows._CELLS_TOGETHER", cells)
    problem = problem_of(TaskType.BINARY, full=True)

    folds = prepared(problem, recipe)

    assert len(folds) == 3
    assert folds.n_rows == 120
    for fold, (train, test) in zip(folds, problem.rows, strict=True):
        preprocessor = make_preprocessor(recipe, random_state=problem.split.seed)
        X_train = preprocessor.fit_transform(problem.X.iloc[train])
        X_test = preprocessor.transform(problem.X.iloc[test])
        for stored, expected in [(fold.X_train, X_train), (fold.X_test, X_test)]:
            assert np.array_equal(stored, expected, equal_nan=True)
            assert stored.dtype == expected.dtype
            assert stored.flags.f_contiguous == expected.flags.f_contiguous
        assert np.array_equal(fold.y_train, problem.y[train])
        assert np.array_equal(fold.y_test, problem.y[test])
        assert fold.feature_names == tuple(preprocessor.get_feature_names_out())
        codes = categorical_positions(preprocessor) if recipe == "native" else ()
        assert fold.categorical == codes
    assert folds.feature_names == folds[0].feature_names


@both
def test_prepare_folds_of_codes_equal_preprocessing_by_hand(
    problem_of, recipe, monkeypatch
):
    monkeypatch.setattr("runs.search.rows._CELLS_TOGETHER", 240)
    problem = problem_of(TaskType.BINARY)
    months = pd.DataFrame({"month": np.arange(len(problem.y)) % 12 + 1})
    kind = Column("month", Kind.INTEGER_CATEGORY, "", "int64")
    X = problem.X.assign(
        month=as_features(months, [kind])["month"].set_axis(problem.X.index)
    )

    folds = prepare_folds(
        X,
        problem.y,
        split=problem.split,
        recipe=recipe,
        cache_dir=problem.cache_dir,
        key="codes",
    )

    for fold, (train, test) in zip(folds, problem.rows, strict=True):
        preprocessor = make_preprocessor(recipe, random_state=problem.split.seed)
        X_train = preprocessor.fit_transform(X.iloc[train])
        assert np.array_equal(fold.X_train, X_train, equal_nan=True)
        X_test = preprocessor.transform(X.iloc[test])
        assert np.array_equal(fold.X_test, X_test, equal_nan=True)
        names = [name.startswith("month") for name in fold.feature_names]
        assert sum(names) == (12 if recipe == "linear" else 1)


def test_prepare_folds_warm_cache_reads_no_table(problem_of):
    problem = problem_of(TaskType.BINARY)
    first = prepared(problem)
    folds_module._mapped.cache_clear()

    second = prepare_folds(
        refuse,
        split=problem.split,
        recipe="tree",
        cache_dir=problem.cache_dir,
        key="key",
    )

    assert second is not first
    assert np.array_equal(first[0].X_train, second[0].X_train, equal_nan=True)


def test_prepare_folds_same_key_is_one_object_in_a_process(problem_of):
    problem = problem_of(TaskType.BINARY)

    assert prepared(problem) is prepared(problem)


def test_load_folds_not_made_is_none(tmp_path):
    assert load_folds(tmp_path, "key", "tree") is None


@pytest.mark.parametrize("change", [{"key": "other"}, {"recipe": "linear"}])
def test_load_folds_of_other_name_is_none(problem_of, change):
    problem = problem_of(TaskType.BINARY)
    prepared(problem)

    name = {"key": "key", "recipe": "tree", **change}

    assert load_folds(problem.cache_dir, **name) is None


def test_load_folds_of_other_library_version_is_none(problem_of, monkeypatch):
    problem = problem_of(TaskType.BINARY)
    prepared(problem)

    monkeypatch.setattr(folds_module, "_libraries", lambda: ["0.0"])

    assert load_folds(problem.cache_dir, "key", "tree") is None


@pytest.mark.parametrize("damage", ["cut", "empty", "missing", "no list"])
def test_prepare_folds_damaged_are_made_again(problem_of, damage):
    problem = problem_of(TaskType.BINARY)
    expected = np.array(prepared(problem)[1].X_test)
    folds_module._mapped.cache_clear()
    [array] = problem.cache_dir.glob("*/1-X_test.npy")
    if damage == "cut":
        os.truncate(array, array.stat().st_size // 2)
    elif damage == "empty":
        os.truncate(array, 0)
    elif damage == "missing":
        array.unlink()
    else:
        (array.parent / "meta.json").write_text("")

    assert load_folds(problem.cache_dir, "key", "tree") is None
    assert np.array_equal(prepared(problem)[1].X_test, expected, equal_nan=True)


def test_prepare_folds_remains_of_a_killed_process_are_replaced(problem_of):
    problem = problem_of(TaskType.BINARY)
    final = folds_module._directory(problem.cache_dir, "key", "tree")
    unfinished = final.with_suffix(".unfinished")
    unfinished.mkdir()
    (unfinished / "0-X_train.npy").write_bytes(b"half")

    assert load_folds(problem.cache_dir, "key", "tree") is None
    assert len(prepared(problem)) == 3
    assert not unfinished.exists()


def test_prepare_folds_failure_leaves_nothing(problem_of, monkeypatch):
    problem = problem_of(TaskType.BINARY)
    monkeypatch.setattr(np, "save", lambda *args: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        prepared(problem)

    assert [p for p in problem.cache_dir.iterdir() if p.is_dir()] == []


def build(problem, start, answers, made):
    write = fold_building._write_fold

    def counted(X, y, rows, seed, recipe, stem):
        made.put(stem.name)
        return write(X, y, rows, seed, recipe, stem)

    fold_building._write_fold = counted  # of this process alone
    start.wait()
    folds = prepare_folds(
        problem.X,
        problem.y,
        split=problem.split,
        recipe="tree",
        cache_dir=problem.cache_dir,
        key="key",
    )
    answers.put(float(np.nansum(folds[0].X_train)))


@pytest.mark.parametrize("alone_cells", [0, 10**6])
def test_prepare_folds_several_processes_make_each_fold_once(
    problem_of, monkeypatch, alone_cells
):
    monkeypatch.setattr(fold_building, "_ALONE_CELLS", alone_cells)
    problem = problem_of(TaskType.BINARY)
    context = multiprocessing.get_context("fork")
    start, answers, made = context.Barrier(3), context.Queue(), context.Queue()
    processes = [
        context.Process(target=build, args=(problem, start, answers, made))
        for _ in range(3)
    ]

    for process in processes:
        process.start()
    said = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)

    assert len(set(said)) == 1
    assert sorted(made.get(timeout=5) for _ in range(3)) == ["0", "1", "2"]
    assert made.empty()
    assert [process.exitcode for process in processes] == [0, 0, 0]


def test_prepare_folds_who_waited_does_not_move_them_a_second_time(
    problem_of, monkeypatch
):
    monkeypatch.setattr(fold_building, "_ALONE_CELLS", 0)
    problem = problem_of(TaskType.BINARY)
    finish, waiting = fold_building._finish, threading.Event()

    def slowly(*args):
        # The other one is let in at the worst moment, if it is let in at all.
        waiting.wait(0.5)
        finish(*args)

    monkeypatch.setattr(fold_building, "_finish", slowly)

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: prepared(problem), range(2)))

    assert [len(folds) for folds in found] == [3, 3]


def read_and_build(problem, start, answers):
    read = []

    def load():
        read.append(1)
        return problem.X, problem.y, None

    start.wait()
    folds = prepare_folds(
        load,
        split=problem.split,
        recipe="tree",
        cache_dir=problem.cache_dir,
        key="key",
    )
    answers.put((len(read), len(folds)))


def test_prepare_folds_no_more_processes_than_folds_read_the_table(problem_of):
    problem = problem_of(TaskType.BINARY)
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(8), context.Queue()
    processes = [
        context.Process(target=read_and_build, args=(problem, start, answers))
        for _ in range(8)
    ]

    for process in processes:
        process.start()
    said = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)

    assert 1 <= sum(n_read for n_read, _ in said) <= problem.split.n_splits == 3
    assert {n_folds for _, n_folds in said} == {3}


def test_prepare_folds_writing_to_arrays_never_reaches_the_file(problem_of):
    problem = problem_of(TaskType.BINARY)
    folds = prepared(problem)
    before = folds[0].X_train[0, 0]

    folds[0].X_train[0, 0] = before + 1

    folds_module._mapped.cache_clear()
    assert prepared(problem)[0].X_train[0, 0] == before


def test_prepare_folds_use_is_marked_for_who_makes_room(problem_of):
    problem = problem_of(TaskType.BINARY)
    prepared(problem)
    [meta] = problem.cache_dir.glob("*/meta.json")
    os.utime(meta, (0, 0))

    prepared(problem)

    assert meta.stat().st_mtime > 0
    sizes = json.loads(meta.read_text())["size_bytes"]
    assert sizes == {p.name: p.stat().st_size for p in meta.parent.glob("*.npy")}


@both
@pytest.mark.parametrize("cells", [1 << 22, 1])
def test_prepare_folds_without_usable_column_is_refused(
    problem_of, recipe, cells, monkeypatch
):
    monkeypatch.setattr("runs.search.rows._CELLS_TOGETHER", cells)
    problem = problem_of(TaskType.BINARY)
    problem.X = pd.DataFrame({"a": [np.nan] * 120, "b": ["?"] * 120})

    with pytest.raises(SpecError, match="No column is left") as caught:
        prepared(problem, recipe)

    assert caught.value.field == "columns"


def test_prepare_folds_notes_warnings(problem_of):
    problem = problem_of(TaskType.BINARY)
    problem.X = problem.X * 1e300  # beyond single precision

    folds = prepared(problem)

    assert folds.messages == ("overflow encountered in cast",)


def test_sample_of_a_fold_is_part_of_every_larger_one(problem_of, monkeypatch):
    monkeypatch.setattr("runs.search.folds._MIN_SCORED", 10)
    (fold, *_) = prepared(problem_of(TaskType.BINARY))

    small, large = (fold.sample(f, 0, stratified=True) for f in (0.3, 0.6))

    assert (len(small.y_train), len(large.y_train)) == (24, 48)
    assert (len(small.y_test), len(large.y_test)) == (12, 24)
    assert set(small.test_rows) < set(large.test_rows) < set(fold.test_rows)
    where = np.searchsorted(fold.test_rows, small.test_rows)
    assert np.array_equal(small.X_test, fold.X_test[where], equal_nan=True)
    assert np.array_equal(small.y_test, fold.y_test[where])
    assert small.y_train.mean() == pytest.approx(fold.y_train.mean(), abs=0.05)


def test_sample_of_a_fold_keeps_enough_rows_to_score_on(problem_of):
    (fold, *_) = prepared(problem_of(TaskType.BINARY))

    assert fold.sample(0.3, 0, stratified=True).X_test is fold.X_test
    assert fold.sample(1.0, 0, stratified=True) is fold


@both
def test_sample_of_a_large_fold_is_that_of_a_small_one(problem_of, monkeypatch, recipe):
    monkeypatch.setattr("runs.search.folds._MIN_SCORED", 10)
    (fold, *_) = prepared(problem_of(TaskType.BINARY), recipe)
    small = fold.sample(0.4, 0, stratified=True)
    fold.__dict__.pop("_samples")
    monkeypatch.setattr("runs.search.folds._LARGE_BYTES", 200)

    large = fold.sample(0.4, 0, stratified=True)

    for name in ("X_train", "X_test"):
        ours, theirs = getattr(large, name), getattr(small, name)
        assert np.array_equal(ours, theirs, equal_nan=True)
        assert ours.dtype == theirs.dtype
        assert ours.flags.c_contiguous == theirs.flags.c_contiguous


def test_small_sample_of_a_fold_is_made_once(problem_of):
    (fold, *_) = prepared(problem_of(TaskType.BINARY))

    small = fold.sample(0.3, 0, stratified=True)

    assert fold.sample(0.3, 0, stratified=True) is small
    assert fold.sample(0.3, 1, stratified=True) is not small


def test_folds_that_were_let_go_are_there_again_when_looked_at(problem_of, monkeypatch):
    monkeypatch.setattr("runs.search.folds._LARGE_BYTES", 0)
    folds = prepared(problem_of(TaskType.BINARY))
    before = [(fold.X_train.copy(), fold.X_test.copy()) for fold in folds]

    folds.let_go()

    for fold, (X_train, X_test) in zip(folds, before, strict=True):
        assert np.array_equal(fold.X_train, X_train, equal_nan=True)
        assert np.array_equal(fold.X_test, X_test, equal_nan=True)
