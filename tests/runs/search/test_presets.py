import pytest

from runs.search.algorithms import ALGORITHMS
from runs.search.metrics import resolve_metric
from runs.search.presets import DEFAULT_PRESET, PRESETS, Shape
from runs.search.problem import TaskType
from runs.search.spaces import parse_space

SHAPES = [
    Shape(task, n_rows, 12, n_classes=k, rarest_class=n_rows // 10 if k else 0)
    for task, k in (
        (TaskType.BINARY, 2),
        (TaskType.MULTICLASS, 5),
        (TaskType.REGRESSION, 0),
    )
    for n_rows in (100, 5_000, 1_000_000)
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: f"{s.task}-{s.n_rows}")
@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda p: p.name)
def test_preset_suits_every_shape(preset, shape):
    wish = preset.build(shape)

    entries = [ALGORITHMS[name] for name in wish["algorithms"]]
    assert entries
    for algorithm in entries:
        assert shape.task in algorithm.tasks
        assert algorithm.proposed(shape.n_rows)
    for name, space in wish.get("spaces", {}).items():
        parse_space(space, algorithm=name)
    if "scoring" in wish:
        assert resolve_metric(wish["scoring"], shape.task)
    if shape.rarest_class and wish.get("scheme") == "kfold":
        assert wish["n_splits"] <= shape.rarest_class


def test_default_preset_exists_and_every_preset_says_what_it_costs():
    assert DEFAULT_PRESET in PRESETS
    assert all(p.title and p.description and p.costs for p in PRESETS.values())


def test_presets_look_at_the_rows():
    few, many = SHAPES[0], SHAPES[2]

    assert PRESETS["small_data"].build(few)["scheme"] == "repeated"
    assert PRESETS["balanced"].build(many)["scheme"] == "holdout"
    assert "kernel_svm" in PRESETS["balanced"].build(few)["algorithms"]
    assert "kernel_svm" not in PRESETS["balanced"].build(many)["algorithms"]


@pytest.mark.parametrize(
    ("n_rows", "rows_of_first_rung"), [(20_000, 741), (200_000, 7_407), (10**6, 4_115)]
)
def test_large_data_begins_with_some_thousand_rows(n_rows, rows_of_first_rung):
    wish = PRESETS["large_data"].build(SHAPES[0]._replace(n_rows=n_rows))

    share = wish["halving"]["min_resource"]
    assert round(share * n_rows) == rows_of_first_rung


def test_large_data_leaves_out_what_copies_a_large_table():
    large = SHAPES[2]._replace(n_columns=30)

    names = PRESETS["large_data"].build(large)["algorithms"]

    assert names == ["logistic_regression", "lightgbm", "xgboost"]
