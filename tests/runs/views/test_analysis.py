import csv
import io

import pytest
from django.urls import reverse

from runs.enums import EventKind, JobState
from runs.models import ParameterImportance, RunEvent
from runs.profiling import importances
from tests.factories import (
    DatasetFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CHARTS = [
    "history",
    "importance",
    "parallel",
    "slice",
    "contour",
    "rank",
    "edf",
    "pareto",
    "stability",
    "gap",
    "timeline",
]


@pytest.fixture
def run(client):
    user = UserFactory()
    client.force_login(user)
    return RunFactory(dataset=DatasetFactory(project=ProjectFactory(owner=user)))


def forest(run, number, score, **changes):
    params = {"n_estimators": 10 * (1 + number % 2), "max_depth": 2 + number}
    key = f"{params}"
    fields = {"params": params, "params_key": key, "fold_scores": [score] * 3}
    fields |= {"value": score, **changes}
    return TrialFactory(run=run, number=number, **fields)


def page(client, run, **asked):
    return client.get(reverse("runs:analysis", args=[run.pk]), asked)


def data(client, run, **asked):
    return client.get(reverse("runs:analysis_data", args=[run.pk]), asked).json()


def test_page_of_a_run_without_trials_says_what_comes(client, run):
    answer = page(client, run)

    assert answer.status_code == 200
    assert "The charts appear here by themselves" in answer.text


def test_page_has_a_sentence_for_every_chart_and_the_best_trials(client, run):
    forest(run, 0, 0.7)
    forest(run, 1, 0.8)

    answer = page(client, run)

    assert "The best Accuracy, 0.8000, is trial 1 (Random forest)" in answer.text
    assert [row.number for row in answer.context["best"]] == [1, 0]
    assert [figure.name for figure, _ in answer.context["figures"]] == CHARTS


def test_run_links_to_its_analysis(client, run):
    url = reverse("runs:analysis", args=[run.pk])

    assert f'href="{url}"' in client.get(run.get_absolute_url()).text


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"value_min": "0.75"}, [1, 2]),
        ({"value_min": "0.85", "value_max": "0.75"}, [1]),
        ({"algorithm": "logistic_regression"}, [2]),
        ({"algorithm": "no such"}, [2, 1, 0]),
        ({"state": "failed"}, []),
        ({"of": "random_forest", "max_depth": ["2"]}, [2, 1, 0]),
        ({"of": "random_forest", "max_depth_max": "2"}, [0]),
        ({"value_min": "not a number"}, [2, 1, 0]),
        ({"value_min": "nan"}, [2, 1, 0]),
    ],
)
def test_address_selects_trials(client, run, asked, numbers):
    forest(run, 0, 0.7)
    forest(run, 1, 0.8)
    TrialFactory(
        run=run, number=2, algorithm="logistic_regression", value=0.9, params={"C": 0.1}
    )
    TrialFactory(run=run, number=3, state="failed", value=None, fold_scores=[])

    answer = page(client, run, **asked)

    found = [row.number for row in answer.context["best"]]
    assert sorted(found) == sorted(numbers)


def test_data_are_columns_of_all_trials_that_have_begun(client, run):
    forest(run, 0, 0.7, worker="host/1")
    TrialFactory(run=run, number=1, state="failed", value=None, fold_scores=[])
    TrialFactory(run=run, number=2, state="waiting", value=None)
    TrialFactory(run=run, number=3, algorithm="baseline", value=0.4)

    found = data(client, run)

    assert found["number"] == [0, 1]
    assert found["value"] == [0.7, None]
    assert [found["states"][code] for code in found["state"]] == ["complete", "failed"]
    assert found["params"]["random_forest"]["max_depth"] == [2, ""]


def test_data_of_a_metric_of_which_less_is_better_are_as_people_read_them(client, run):
    run.scoring = "log_loss"
    run.save()
    forest(run, 0, -0.4, train_metrics={"log_loss": [-0.1, -0.1, -0.1]})

    found = data(client, run)

    assert (found["value"], found["gap"]) == ([0.4], [0.3])


def test_data_since_an_event_are_those_that_have_changed(client, run):
    def ended(*numbers):
        RunEvent.objects.create(
            run=run,
            kind=EventKind.TRIALS_ENDED,
            message="Ended.",
            data={"trials": list(numbers)},
        )

    forest(run, 0, 0.7)
    ended(0)
    cursor = data(client, run)["cursor"]
    forest(run, 1, 0.8)
    ended(1)

    news = data(client, run, since=cursor)

    assert news["number"] == [1]
    assert data(client, run, since=news["cursor"])["number"] == []
    assert data(client, run)["number"] == [0, 1]


def test_snapshot_follows_a_trial_that_ends(client, run):
    trial = forest(run, 0, 0.7, state="running", value=None, finished_at=None)
    assert data(client, run)["value"] == [None]

    trial.state, trial.value = "complete", 0.7
    trial.save()
    RunEvent.objects.create(
        run=run,
        kind=EventKind.TRIALS_ENDED,
        message="Ended.",
        data={"trials": [0]},
    )

    assert data(client, run)["value"] == [0.7]


def test_data_are_compressed_for_those_who_take_it(client, run):
    forest(run, 0, 0.7)
    url = reverse("runs:analysis_data", args=[run.pk])

    answer = client.get(url, headers={"accept-encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"
    assert answer.content[:2] == b"\x1f\x8b"


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_has_its_numbers_as_table_csv_and_json(client, run, chart):
    for number in range(4):
        forest(run, number, 0.7 + number / 100, worker="host/1")
    asked = {"value_min": 0.715}

    table = client.get(reverse("runs:analysis_numbers", args=[run.pk, chart]), asked)
    text = client.get(reverse("runs:analysis_csv", args=[run.pk, chart]), asked)
    found = client.get(reverse("runs:analysis_json", args=[run.pk, chart]), asked)

    assert table.status_code == 200
    header, *rows = list(csv.reader(io.StringIO(text.text)))
    assert header == found.json()["columns"]
    assert len(rows) == len(found.json()["rows"])
    assert found.json()["reading"].endswith(".")
    if "trial" in header:
        numbers = {int(row[header.index("trial")]) for row in rows}
        assert numbers <= {2, 3}


def test_a_chart_that_does_not_exist_is_404(client, run):
    for name in ("runs:analysis_numbers", "runs:analysis_csv", "runs:analysis_json"):
        assert client.get(reverse(name, args=[run.pk, "pie"])).status_code == 404


def test_strangers_see_nothing(client, run):
    client.force_login(UserFactory())
    for name in ("analysis", "analysis_data", "analysis_readings"):
        url = reverse(f"runs:{name}", args=[run.pk])
        assert client.get(url).status_code == 404
    url = reverse("runs:analysis_importance", args=[run.pk])
    assert client.post(url, {"algorithm": "random_forest"}).status_code == 404


@pytest.mark.parametrize("n_trials", [1, 3])
def test_page_takes_as_many_queries_for_many_trials(
    client, run, n_trials, django_assert_num_queries
):
    for number in range(n_trials):
        forest(run, number, 0.7)

    with django_assert_num_queries(10):  # three remember that it was looked at
        page(client, run)


@pytest.mark.parametrize("n_trials", [1, 3])
def test_data_take_as_many_queries_for_many_trials(
    client, run, n_trials, django_assert_num_queries
):
    for number in range(n_trials):
        forest(run, number, 0.7)

    with django_assert_num_queries(6):
        data(client, run)


# --- Importance ------------------------------------------------------------------------


def ask(client, run, algorithm="random_forest"):
    url = reverse("runs:analysis_importance", args=[run.pk])
    return client.post(url, {"algorithm": algorithm}).json()


def test_importance_of_too_few_trials_is_not_computed(client, run):
    forest(run, 0, 0.7)

    assert ask(client, run) == {"state": "none"}
    assert ask(client, run, "no such") == {"state": "none"}
    assert not ParameterImportance.objects.exists()


@pytest.mark.slow
def test_importance_is_computed_once_and_again_when_the_trials_have_grown(client, run):
    for number in range(8):
        forest(run, number, 0.7 + number / 100)

    assert ask(client, run)["state"] == "waiting"
    ask(client, run)
    [wanted] = ParameterImportance.objects.all()
    importances.measure(wanted.pk)
    found = ask(client, run)

    assert (found["state"], found["n_trials"]) == (JobState.READY, 8)
    assert {p["name"] for p in found["parameters"]} == {"n_estimators", "max_depth"}
    text = page(client, run).text
    assert "gain comes from" in text

    forest(run, 8, 0.9)
    renewed = ask(client, run)

    assert (renewed["state"], renewed["n_trials"]) == (JobState.WAITING, 8)
    assert renewed["parameters"] == found["parameters"]
