import json
import shlex

import pytest
from django.http import QueryDict

from runs.bundles import answers_of
from runs.configuration import configure
from runs.forms.commands import command_of
from runs.forms.differences import differences, preset_configuration
from runs.forms.documents import as_document, fields_of_all, read_text
from runs.forms.opening import opening
from runs.forms.presets import preset_cards
from runs.forms.resets import chosen, reset
from runs.forms.runs import RunForm
from runs.management.commands import train
from runs.models import SavedPreset
from runs.search.presets import PRESETS
from runs.search.problem import TaskType
from runs.specifications import reusable
from tests.factories import COLUMNS, DatasetFactory

pytestmark = pytest.mark.django_db

TASKS = {
    "species": TaskType.MULTICLASS,
    "sex": TaskType.BINARY,
    "bill_length_mm": TaskType.REGRESSION,
}


def opened(dataset, **query):
    """Return what the page would send if nothing were changed."""
    address = QueryDict(mutable=True)
    address.update(query)
    return opening(address, dataset=dataset).opened()


def differing(data, dataset):
    form = RunForm(data, dataset=dataset)
    assert form.is_valid(), form.errors
    wish = form.configuration
    base = preset_configuration(
        dataset, preset=wish.preset, target=wish.target, task=wish.task
    )
    return {d.name: d.text for d in differences(wish, base, dataset)}


def own_preset(dataset, name="Ours", **wish):
    made = configure(dataset, **({"target": "species"} | wish))
    return SavedPreset.objects.create(
        project=dataset.project, name=name, specification=reusable(made)
    )


# --- Cards and differences --------------------------------------------------------------


@pytest.mark.parametrize("target", TASKS)
@pytest.mark.parametrize("preset", PRESETS)
def test_form_opened_by_a_preset_differs_in_nothing(preset, target):
    dataset = DatasetFactory()

    assert differing(opened(dataset, preset=preset, target=target), dataset) == {}


def test_differences_are_said_field_by_field():
    dataset = DatasetFactory()
    data = opened(dataset, preset="quick_look", target="species")
    data["n_splits"] = "10"
    data["time_budget_minutes"] = ""
    data["exclude"] = "sex"
    data["spaces"] = json.dumps({"random_forest": {"max_depth": [3]}})

    found = differing(data, dataset)

    assert found["n_splits"] == "10 instead of 3"
    assert found["time_budget_seconds"] == "no limit instead of 1 min"
    assert found["exclude"] == "sex"
    assert "max_depth 3 instead of" in found["space:random_forest"]
    assert next(iter(found)) == "space:random_forest"


def test_each_difference_can_be_reset_and_all_of_them():
    dataset = DatasetFactory()
    data = opened(dataset, preset="large_data", target="sex")
    data["holdout_percent"] = "35"
    data["halving_eta"] = "4"
    data["train_scores"] = "on"
    data["seed"] = "5"
    data["spaces"] = json.dumps({"lightgbm": {"num_leaves": [7]}})
    assert len(differing(data, dataset)) == 5

    one = reset(data, "space:lightgbm", dataset=dataset)
    two = reset(one, "halving", dataset=dataset)
    none = reset(data, "all", dataset=dataset)

    assert "space:lightgbm" not in differing(one, dataset)
    assert set(differing(two, dataset)) == {"holdout_fraction", "train_scores", "seed"}
    assert differing(none, dataset) == {}


def test_choosing_a_preset_keeps_what_is_known_of_the_table():
    dataset = DatasetFactory()
    data = opened(dataset, preset="quick_look", target="species")
    data["exclude"], data["name"], data["n_splits"] = "sex", "Mine", "9"

    found = chosen(data, "balanced", dataset=dataset)

    assert (found["exclude"], found["name"], found["preset"]) == (
        "sex",
        "Mine",
        "balanced",
    )
    assert set(differing(found, dataset)) == {"exclude"}


def test_cards_say_what_a_preset_makes_of_this_table():
    dataset = DatasetFactory()

    cards = preset_cards(
        dataset, chosen="balanced", target="species", task=TaskType.MULTICLASS
    )
    quick, balanced = cards[0], cards[1]

    assert (quick.configuration.n_planned, quick.configuration.n_folds) == (9, 3)
    assert balanced.is_by_time
    assert [c.name for c in cards if c.is_chosen] == ["balanced"]


@pytest.mark.parametrize("n", [1, 3])
def test_cards_need_one_query_for_any_number_of_own(n, django_assert_num_queries):
    dataset = DatasetFactory()
    for i in range(n):
        own_preset(dataset, name=f"Ours {i}")

    with django_assert_num_queries(1):
        preset_cards(dataset, chosen="", target="species", task=TaskType.MULTICLASS)


# --- Own presets ------------------------------------------------------------------------


def test_own_preset_is_used_by_its_name_and_differs_in_nothing():
    dataset = DatasetFactory()
    spaces = {"random_forest": {"max_depth": [2, 3]}, "naive_bayes": {}}
    own_preset(dataset, spaces=spaces, n_splits=4, seed=3)

    made = configure(dataset, target="species", preset="Ours")

    assert (made.n_splits, made.seed, made.preset) == (4, 3, "Ours")
    assert made.spaces["random_forest"]["max_depth"]["choices"] == [2, 3]
    assert differing(opened(dataset, preset="Ours", target="species"), dataset) == {}


def test_own_preset_follows_another_task():
    dataset = DatasetFactory()
    names = ["logistic_regression", "naive_bayes", "random_forest"]
    saved = own_preset(dataset, algorithms=names, scoring="accuracy")

    suited = answers_of(saved, TaskType.REGRESSION)
    made = configure(dataset, target="bill_length_mm", preset="Ours")

    assert list(made.spaces) == ["ridge", "random_forest"]
    assert made.scoring == "rmse"
    assert any("naive" in note.lower() for note in suited.notes)


def test_own_preset_of_another_project_is_none():
    dataset = DatasetFactory()
    own_preset(DatasetFactory(), name="Theirs")

    form = opening(QueryDict("preset=Theirs&target=species"), dataset=dataset)

    assert form.raw("preset") == ""


# --- Documents --------------------------------------------------------------------------


def test_document_fills_in_the_form_that_makes_the_same():
    dataset = DatasetFactory(
        columns=[*COLUMNS, {**COLUMNS[2], "name": "day", "kind": "numeric"}]
    )
    made = configure(
        dataset,
        target="species",
        preset="large_data",
        exclude=["sex"],
        scheme="time",
        split_column="day",
        n_splits=4,
        holdout_fraction=0.07,
        time_budget_seconds=50.0,
        halving={"resource": "rows", "eta": 4, "min_resource": 0.3},
        spaces={"random_forest": {"max_depth": {"type": "int", "low": 2, "high": 9}}},
    )

    text = as_document(made, dataset)
    read = read_text(text, dataset=dataset, target="sex")
    fields = fields_of_all(read.configuration, dataset)
    form = RunForm(RunForm(dataset=dataset, initial=fields).opened(), dataset=dataset)

    assert json.loads(text)["target"] == "species"
    assert read.configuration == made
    assert form.is_valid(), form.errors
    assert form.configuration == made


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", [""]),
        ("{", [""]),
        ("[1]", [""]),
        ('{"cv": 1, "targt": 2, "seed": "x"}', ["targt", "seed", "cv"]),
        ('{"metric": "rmsle", "strategy": "guess"}', ["metric", "strategy"]),
        ('{"target": "nobody"}', ["target"]),
        ('{"preset": "nothing"}', ["preset"]),
        (
            '{"spaces": {"random_forest": {"max_depth": [0], "depht": [1]}}}',
            ["spaces", "spaces"],
        ),
    ],
)
def test_every_problem_of_a_document_is_named_by_its_key(text, keys):
    read = read_text(text, dataset=DatasetFactory(), target="species")

    assert read.configuration is None
    assert sorted(p.key for p in read.problems) == sorted(keys)


# --- The command line -------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish",
    [
        {"preset": "balanced"},
        {"preset": "interpretable", "n_splits": 4, "ensemble": False},
        {"preset": "quick_look", "time_budget_seconds": 90.0, "seed": 3},
        {"algorithms": ["random_forest"], "strategy": "random", "ensemble": False},
        {"algorithms": ["ridge"], "target": "bill_length_mm", "metrics": ["mae"]},
        {"scheme": "time", "split_column": "body_mass_g", "strategy": "tpe"},
    ],
)
def test_command_line_starts_the_same_search(wish):
    dataset = DatasetFactory()
    made = configure(dataset, **({"target": "species"} | wish))
    base = made.preset and preset_configuration(
        dataset, preset=made.preset, target=made.target, task=made.task
    )

    words = shlex.split(command_of(made, dataset, base or None))
    parser = train.Command().create_parser("manage.py", "train")
    options = vars(parser.parse_args(words[2:]))

    assert words[:3] == ["./manage.py", "train", str(dataset.pk)]
    assert configure(dataset, **train.wish_from(options)) == made


@pytest.mark.parametrize(
    "wish",
    [
        {"spaces": {"random_forest": {"max_depth": [2]}}},
        {"preset": "quick_look", "time_budget_seconds": None},
        {"exclude": ["sex"]},
        {"train_scores": False},
    ],
)
def test_command_line_names_a_file_for_what_options_cannot_say(wish):
    dataset = DatasetFactory()
    made = configure(dataset, target="species", **wish)
    base = made.preset and preset_configuration(
        dataset, preset=made.preset, target=made.target, task=made.task
    )

    command = command_of(made, dataset, base or None)

    assert command.endswith("--spec run.json")
