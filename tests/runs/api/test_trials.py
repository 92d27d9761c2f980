"""Trials by the API: the filters and the order of their page, page by page."""

import csv
import io
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import RunFactory, TrialFactory

START = timezone.now()


@pytest.fixture
def run(dataset):
    """Return a run with ties and unknown values in every column."""
    run = RunFactory(
        dataset=dataset,
        scoring="log_loss",
        metrics=["accuracy"],
        spaces={"random_forest": {"max_depth": [2, None], "n_estimators": [10, 20]}},
    )
    depths = [2, None, 4, 2, None, 4, 8]
    for number, depth in enumerate(depths):
        failed = number in (2, 5)
        TrialFactory(
            run=run,
            number=number,
            params={"max_depth": depth, "n_estimators": 10 + number},
            params_key=f'{{"max_depth":{depth},"n_estimators":{10 + number}}}',
            state="failed" if failed else "complete",
            value=None if failed else -round(0.1 * (number % 3 + 1), 1),
            metrics={} if failed else {"accuracy": [0.5 + 0.1 * (number % 2)]},
            fit_seconds=[] if failed else [0.1, 0.2 * number],
            started_at=START,
            finished_at=None if failed else START + timedelta(seconds=number % 2 + 1),
        )
    return run


def numbers(caller, run, query=""):
    answer = caller("GET", f"/runs/{run.pk}/trials?{query}")
    assert answer.status_code == 200, answer.content
    return [item["number"] for item in answer.json()["items"]]


def by_pages(caller, run, query, limit=2):
    seen, cursor = [], ""
    while cursor is not None:
        path = f"/runs/{run.pk}/trials?{query}&limit={limit}&cursor={cursor}"
        found = caller("GET", path).json()
        assert len(found["items"]) <= limit
        seen += [item["number"] for item in found["items"]]
        cursor = found["next_cursor"]
    return seen


ORDERS = [
    *("number", "value", "accuracy", "fit", "duration", "finished", "params", "state"),
    *("param_max_depth", "algorithm"),
]


@pytest.mark.parametrize("order", [*ORDERS, *(f"-{name}" for name in ORDERS)])
def test_pages_have_the_rows_of_the_trials_page_in_its_order(
    order, viewer, run, client
):
    client.force_login(viewer.user)
    page = client.get(f"/runs/{run.pk}/trials/?order={order}")
    wanted = [trial.number for trial in page.context["page"].object_list]

    assert numbers(viewer, run, f"order={order}") == wanted
    assert by_pages(viewer, run, f"order={order}") == wanted
    assert sorted(wanted) == list(range(7))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("state=failed", [2, 5]),
        ("state=failed&state=complete&number_max=2", [0, 1, 2]),
        ("value_max=0.1", [0, 3, 6]),  # as people read a loss
        ("params=max_depth=8", [6]),
        ("param_n_estimators_min=15", [5, 6]),
        ("algorithm=random_forest&accuracy_min=0.55", [1, 3]),
        ("trials=1,4&chosen=on", [1, 4]),
    ],
)
def test_filters_are_those_of_the_trials_page(query, wanted, viewer, run):
    assert numbers(viewer, run, query) == wanted
    assert by_pages(viewer, run, query) == wanted


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("value_min=x", "value_min"),
        ("state=odd", "state"),
        ("order=colour", "order"),
        ("number_min=3&number_max=1", "number_max"),
        ("limit=1000", "limit"),
        ("cursor=x", "cursor"),
    ],
)
def test_what_cannot_be_asked_is_named(query, parameter, viewer, run):
    answer = viewer("GET", f"/runs/{run.pk}/trials?{query}")

    assert answer.status_code == 422
    found = [error["parameter"] for error in answer.json()["errors"]]
    assert set(found) == {parameter}


def test_unknown_order_is_told_with_those_there_are(viewer, run):
    told = viewer("GET", f"/runs/{run.pk}/trials?order=fit_seconds").json()["detail"]

    assert told.startswith("There is no column “fit_seconds” to sort by. Known: number")
    assert " fit," in told


@pytest.mark.parametrize("query", ["param_max_depth_min=2", "order=param_max_depth"])
def test_parameters_of_several_algorithms_need_one_that_is_chosen(query, viewer, run):
    run.spaces = {**run.spaces, "ridge": {"alpha": [0.1, 1.0]}}
    run.save()

    told = viewer("GET", f"/runs/{run.pk}/trials?{query}").json()["detail"]

    assert told.endswith("are columns where one algorithm is chosen: algorithm=NAME.")


def test_cursor_of_another_order_is_refused(viewer, run):
    path = f"/runs/{run.pk}/trials?limit=2"
    cursor = viewer("GET", path).json()["next_cursor"]

    answer = viewer("GET", f"{path}&order=-value&cursor={cursor}")

    assert answer.status_code == 422


def test_trial_tells_what_was_measured_as_people_read_it(viewer, run):
    found = viewer("GET", f"/runs/{run.pk}/trials/1").json()

    assert (found["value"], found["metrics"]) == (0.2, {"accuracy": 0.6})
    assert found["params"] == {"max_depth": None, "n_estimators": 11}
    assert found["fold_fit_seconds"] == [0.1, 0.2]
    assert found["fold_metrics"] == {"accuracy": [0.6]}


def test_list_takes_one_query_for_its_rows(viewer, run, django_assert_max_num_queries):
    numbers(viewer, run)
    with django_assert_max_num_queries(4):  # token, run, trials
        numbers(viewer, run)


# --- As a file ------------------------------------------------------------------------


def file_of(caller, run, query=""):
    answer = caller("GET", f"/runs/{run.pk}/trials/file?{query}")
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    "query",
    [
        "order=-value",
        "state=complete&order=param_max_depth&algorithm=random_forest",
        "value_max=0.25&order=-fit",
    ],
)
def test_csv_has_exactly_the_rows_of_the_list_in_its_order(query, viewer, run):
    answer, content = file_of(viewer, run, query)

    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert [int(row["number"]) for row in rows] == numbers(viewer, run, query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].endswith('-trials.csv"')
    assert {"param_max_depth", "log_loss", "log_loss_fold_1", "error"} <= set(rows[0])


def test_csv_by_the_api_runs_nothing_in_a_spreadsheet(viewer, run):
    run.trials.filter(number=1).update(error="=1+1")

    _, content = file_of(viewer, run, "number_max=1")

    rows = csv.DictReader(io.StringIO(content.decode()))
    assert [row["error"] for row in rows] == ["", "'=1+1"]


def test_parquet_by_the_api_has_numbers_as_numbers(viewer, run):
    answer, content = file_of(viewer, run, "format=parquet&order=-number&state=failed")

    table = pq.read_table(io.BytesIO(content))
    assert table["number"].to_pylist() == [5, 2]
    assert table["param_max_depth"].to_pylist() == [4.0, 4.0]
    assert answer["Content-Type"] == "application/vnd.apache.parquet"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("format=xml", "format"),
        ("colour=red", "colour"),
        ("order=colour", "order"),
        ("limit=2", "limit"),
        ("number_min=x", "number_min"),
    ],
)
def test_file_that_cannot_be_asked_for_is_named(query, parameter, viewer, run):
    answer = viewer("GET", f"/runs/{run.pk}/trials/file?{query}")

    assert answer.status_code == 422
    assert [e["parameter"] for e in answer.json()["errors"]] == [parameter]


# --- One trial --------------------------------------------------------------------------


def test_trial_has_the_lines_of_the_log_that_name_it(run, viewer):
    run.events.create(kind="note", message="It began.", data={"trials": [1, 2]})
    run.events.create(kind="note", message="Another.", data={"trials": [12]})
    run.events.create(kind="note", message="It ended.", data={"trial": 2})

    found = viewer("GET", f"/runs/{run.pk}/trials/2").json()

    assert [line["message"] for line in found["log"]] == ["It ended.", "It began."]


def test_program_of_a_trial_is_that_of_its_page(run, viewer, client):
    client.force_login(viewer.user)

    answer = viewer("GET", f"/runs/{run.pk}/trials/0/code")
    page = client.get(reverse("runs:trial_code", args=[run.pk, 0]))

    assert answer["Content-Type"] == "text/x-python"
    assert answer["Content-Disposition"] == page["Content-Disposition"]
    assert answer.text == page.text
    had = {"If-None-Match": answer["ETag"]}
    again = viewer("GET", f"/runs/{run.pk}/trials/0/code", headers=had)
    assert (again.status_code, again.content) == (304, b"")


def test_ensemble_has_no_program(run, viewer):
    TrialFactory(run=run, number=40, algorithm="ensemble")

    answer = viewer("GET", f"/runs/{run.pk}/trials/40/code")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "No single program makes this trial."
