"""The table of trials: filters per column, layout, the choice, and files."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from django.urls import reverse

from runs.models import TableView
from tests.factories import (
    DatasetFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
FOREST = {"n_estimators": [10], "max_depth": [None, 2], "max_features": ["sqrt", 0.5]}


@pytest.fixture
def run(client):
    user = UserFactory()
    client.force_login(user)
    run = RunFactory(
        dataset=DatasetFactory(project=ProjectFactory(owner=user)),
        scoring="accuracy",
        metrics=["log_loss"],
        spaces={"random_forest": FOREST, "logistic_regression": {"C": [1.0]}},
    )
    rows = [
        ({"n_estimators": 5, "max_depth": None}, 0.9, -0.4),
        ({"n_estimators": 50, "max_depth": 2}, 0.8, -0.2),
        ({"n_estimators": 20, "max_depth": 4}, 0.7, -0.3),
    ]
    for number, (params, value, loss) in enumerate(rows):
        TrialFactory(
            run=run,
            number=number,
            params=params,
            params_key=json.dumps(params, sort_keys=True, separators=(",", ":")),
            value=value,
            fold_scores=[value] * 3,
            metrics={"accuracy": [value] * 3, "log_loss": [loss] * 3},
        )
    return run


def look(client, run, query=""):
    return client.get(f"{reverse('runs:trials', args=[run.pk])}?{query}")


def numbers(answer):
    return [trial.number for trial in answer.context["page"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("value_min=0.75", [0, 1]),
        ("log_loss_max=0.35", [1, 2]),
        ("order=-log_loss", [1, 2, 0]),
        ("algorithm=random_forest&param_max_depth_min=3", [2]),
        ("algorithm=random_forest&param_max_depth=None", [0]),
        ("algorithm=random_forest&order=-param_n_estimators", [1, 2, 0]),
        ("params=n_estimators%3D5", [0]),
        ("number_min=1&number_max=1", [1]),
        ("trials=2,0&chosen=1", [0, 2]),
        ("fit_min=1000", []),
    ],
)
def test_each_column_filters_and_sorts_in_the_database(client, run, query, expected):
    assert numbers(look(client, run, query)) == expected


def test_wrong_values_are_said_at_their_fields_and_filter_nothing(client, run):
    answer = look(client, run, "value_min=abc&number_min=2&number_max=1&state=gone")

    form = answer.context["filters"].form
    assert form.errors["value_min"] == ["Enter a number."]
    assert form.errors["number_max"] == ["Nothing is at least 2 and at most 1."]
    assert "gone is not one of the available choices" in form.errors["state"][0]
    assert 'id="id_number_max_error"' in answer.text


def test_best_and_baseline_stay_above_whatever_is_filtered(client, run):
    TrialFactory(run=run, number=9, algorithm="baseline", params={}, value=0.4)

    answer = look(client, run, "number_min=2&number_max=2")

    pinned = [(t.number, t.pinned) for t in answer.context["table"].pinned]
    assert numbers(answer) == [2]
    assert pinned == [(0, "best"), (9, "baseline")]


def test_columns_are_hidden_and_moved_and_remembered(client, run):
    url = reverse("runs:trials_layout", args=[run.pk])
    client.post(
        url, {"show": ["algorithm", "value", "state"], "address": "order=value"}
    )
    answer = client.post(
        url,
        {"show": ["algorithm", "value", "state"], "move": "state:up", "address": ""},
        follow=True,
    )

    shown = [h["spec"].name for h in answer.context["table"].heads()]
    assert shown == ["number", "algorithm", "state", "value"]
    stored = TableView.objects.get().layout
    assert stored["order"].index("state") < stored["order"].index("params")


def test_page_size_is_remembered_and_another_is_not_taken(client, run):
    url = reverse("runs:trials_layout", args=[run.pk])

    client.post(url, {"per_page": "25", "address": "page=3&order=value"})
    client.post(url, {"per_page": "7", "address": ""})

    assert look(client, run).context["page"].paginator.per_page == 25
    assert look(client, run, "per_page=100").context["page"].paginator.per_page == 100


def test_the_choice_survives_paging(client, run):
    for number in range(3, 60):
        TrialFactory(run=run, number=number)

    page = look(client, run, "trials=1,40&trials=2&page=2")

    assert page.context["listing"].chosen == [1, 40, 2]
    assert page.context["listing"].chosen_elsewhere == [1, 40, 2]
    assert 'name="trials" value="40"' in page.text


def files(client, run, kind, query=""):
    url = reverse("runs:trials_export", args=[run.pk, kind])
    return b"".join(client.get(f"{url}?{query}").streaming_content)


def test_csv_has_the_filtered_rows_in_their_order(client, run):
    text = files(client, run, "csv", "value_min=0.75&order=value").decode()

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["number"] for row in rows] == ["1", "0"]
    assert float(rows[0]["log_loss"]) == pytest.approx(0.2)
    assert rows[0]["param_max_depth"] == "2.0"
    assert rows[0]["accuracy_fold_3"] == "0.8"


def test_csv_runs_nothing_in_a_spreadsheet(client, run):
    run.trials.filter(number=1).update(error='=HYPERLINK("https://evil.example")')

    rows = csv.DictReader(
        io.StringIO(files(client, run, "csv", "order=number").decode())
    )

    assert [row["error"] for row in rows] == [
        *("", '\'=HYPERLINK("https://evil.example")', "")
    ]


def test_files_have_the_columns_shown_if_asked_for(client, run):
    url = reverse("runs:trials_layout", args=[run.pk])
    client.post(url, {"show": ["value"], "address": ""})

    text = files(client, run, "csv", "columns=visible").decode()

    assert text.splitlines()[0] == "number,accuracy"


def test_parquet_has_numbers_as_numbers(client, run):
    table = pq.read_table(io.BytesIO(files(client, run, "parquet", "order=-value")))

    assert table["number"].to_pylist() == [0, 1, 2]
    assert table["param_max_depth"].to_pylist() == [None, 2.0, 4.0]
    assert str(table.schema.field("started_at").type) == "timestamp[us, tz=UTC]"


def test_files_of_another_kind_and_for_a_stranger_are_404(client, run):
    assert (
        client.get(reverse("runs:trials_export", args=[run.pk, "xml"])).status_code
        == 404
    )
    client.force_login(UserFactory())
    assert (
        client.get(reverse("runs:trials_export", args=[run.pk, "csv"])).status_code
        == 404
    )
