import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.configuration import Configuration, configure
from runs.models import Run
from runs.search.algorithms import algorithms_for
from runs.search.metrics import METRICS, metrics_for
from runs.search.presets import PRESETS
from runs.search.problem import SpecError, TaskType
from runs.specifications import (
    KEYS,
    answered,
    changed_spaces,
    parse_all,
    parse_specification,
    read_specification,
    reusable,
    specification_of,
)
from tests.factories import COLUMNS, DatasetFactory


def test_read_specification_gives_the_arguments_of_configure(tmp_path):
    path = tmp_path / "run.json"
    spaces = {"random_forest": {"max_depth": [2, None]}}
    path.write_text(json.dumps({"target": "y", "algorithms": spaces, "cv": 3}))

    assert read_specification(path) == {"target": "y", "spaces": spaces, "n_splits": 3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1, column 2"),
        ("[]", "one JSON object"),
        ('{"targt": "y"}', "unknown key “targt”"),
        ('{"cv": "five"}', "“cv” must be a whole number"),
        ('{"seed": true}', "“seed” must be a whole number"),
        ('{"cv": 3, "n_splits": 4}', "twice"),
        ('{"enqueued": {"ridge": {}}}', "“enqueued” must be a list"),
        ('{"algorithms": {"ridge": [1, 2]}}', "space of “ridge”"),
        ('{"time_budget": 1e300}', "at most 365 days"),
        ('{"max_trials": 99999999999999999999}', "between 1 and 1,000,000"),
    ],
)
def test_read_specification_of_wrong_file_says_what_is_wrong(tmp_path, text, words):
    path = tmp_path / "run.json"
    path.write_text(text)

    with pytest.raises(SpecError, match=words):
        read_specification(path)


def test_read_specification_of_missing_file_names_it(tmp_path):
    with pytest.raises(SpecError, match=r"none\.json"):
        read_specification(tmp_path / "none.json")


@pytest.mark.parametrize("key", KEYS)
def test_null_means_not_given(key):
    assert parse_specification({key: None}) in ({KEYS[key]: None}, {"spaces": None})


def test_parse_all_names_every_problem():
    found, problems = parse_all({"targt": "y", "cv": "five", "seed": 1})

    assert found == {"seed": 1}
    assert list(problems) == ["targt", "cv"]
    assert "“cv” must be a whole number" in str(problems["cv"])


def test_answered_keeps_null_where_it_says_that_there_is_none():
    asked = {"seed": None, "n_trials": None, "strategy": "tpe"}

    assert answered(asked) == {"n_trials": None, "strategy": "tpe"}


# --- To JSON and back -------------------------------------------------------------------

TARGETS = {
    "species": TaskType.MULTICLASS,
    "sex": TaskType.BINARY,
    "bill_length_mm": TaskType.REGRESSION,
}


@st.composite
def wishes(draw):
    """Draw what may be asked of a search on the penguins."""
    target = draw(st.sampled_from(sorted(TARGETS)))
    task = TARGETS[target]
    names = [a.name for a in algorithms_for(task) if a.name != "gradient_boosting"]
    metrics = [m.name for m in metrics_for(task)]
    strategy = draw(st.sampled_from(["grid", "random", "tpe", "halving"]))
    scheme = draw(st.sampled_from(["kfold", "repeated", "holdout", "time", "group"]))
    scoring = draw(st.sampled_from(metrics))
    low, high = METRICS[scoring].low, METRICS[scoring].high
    wish = {
        "target": target,
        "scoring": scoring,
        "metrics": draw(st.lists(st.sampled_from(metrics), max_size=3, unique=True)),
        "strategy": strategy,
        "n_trials": draw(st.none() | st.integers(1, 10_000)),
        "time_budget_seconds": draw(st.none() | st.floats(0.1, 1e6)),
        "target_score": draw(st.none() | st.floats(max(-10, low), min(10, high))),
        "patience": draw(st.none() | st.integers(1, 500)),
        "trial_seconds": draw(st.none() | st.floats(0.1, 1e4)),
        "trial_memory_mb": draw(st.none() | st.integers(256, 9999)),
        "share": draw(st.sampled_from(["equal", "adaptive"])),
        "scheme": scheme,
        "n_splits": draw(st.integers(2, 3)),
        "n_repeats": draw(st.integers(1, 4)),
        "holdout_fraction": draw(st.just(0) | st.floats(0.1, 0.5)),
        "validation_fraction": draw(st.floats(0.01, 0.9)),
        "train_scores": draw(st.booleans()),
        "ensemble": draw(st.booleans()),
        "seed": draw(st.integers(0, 2**31 - 1)),
    }
    if strategy == "halving":
        wish["halving"] = {"eta": draw(st.integers(2, 10))}
    if scheme == "time":
        wish["split_column"] = "body_mass_g"
    if scheme == "group":
        wish["split_column"] = "species" if target != "species" else "bill_length_mm"
    if draw(st.booleans()):
        others = [c["name"] for c in COLUMNS if c["name"] != target]
        wish["exclude"] = draw(st.lists(st.sampled_from(others), max_size=1))
    asked = draw(st.lists(st.sampled_from(names), min_size=1, unique=True, max_size=4))
    if "random_forest" in asked and draw(st.booleans()):
        own = {"max_depth": [2, None], "n_estimators": 10}
        wish["spaces"] = {name: own for name in asked if name == "random_forest"}
    else:
        wish["algorithms"] = asked
    if draw(st.booleans()):
        wish["preset"] = draw(st.sampled_from(sorted(PRESETS)))
    return wish


@settings(max_examples=40, deadline=None)
@given(wishes())
def test_specification_says_all_of_a_configuration(wish):
    dataset = DatasetFactory.build()
    made = configure(dataset, **wish)

    document = json.loads(json.dumps(specification_of(made, dataset)))
    again = configure(dataset, **answered(parse_specification(document)))

    assert again == made


def test_specification_of_a_run_is_that_of_its_configuration():
    dataset = DatasetFactory.build()
    made = configure(dataset, target="species", preset="large_data", exclude=["sex"])
    run = Run(**{name: getattr(made, name) for name in Configuration.__annotations__})

    document = specification_of(run, dataset)

    assert document == specification_of(made, dataset)
    assert document["exclude"] == ["sex"]
    assert document["train_scores"] is False
    assert document["halving"]["min_resource"] == pytest.approx(1 / 27)


def test_changed_spaces_are_those_that_are_not_the_usual():
    dataset = DatasetFactory.build()
    names = ["random_forest", "decision_tree"]
    spaces = {"decision_tree": {"max_depth": [2, 3]}}
    made = configure(dataset, target="species", algorithms=names, spaces=spaces)

    changed = changed_spaces(made.spaces, made.task, made.strategy)

    assert changed == {"decision_tree": made.spaces["decision_tree"]}


def test_reusable_names_no_column():
    dataset = DatasetFactory.build()
    made = configure(
        dataset,
        target="species",
        exclude=["sex"],
        scheme="time",
        split_column="body_mass_g",
        seed=7,
    )

    found = reusable(made)

    assert found["seed"] == 7
    assert not {"target", "task", "exclude", "split_column", "scheme"} & set(found)
    assert set(found) <= set(KEYS.values())
    assert found["spaces"] is None
