import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    DatasetFactory,
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def run(client):
    user = UserFactory()
    client.force_login(user)
    return RunFactory(dataset=DatasetFactory(project=ProjectFactory(owner=user)))


def trials(client, run, **asked):
    return client.get(reverse("runs:trials", args=[run.pk]), asked)


def numbers(answer):
    return [trial.number for trial in answer.context["page"]]


def test_trials_of_a_new_run_say_that_there_are_none(client, run):
    answer = trials(client, run)

    assert answer.status_code == 200
    assert "No trial yet" in answer.text


def test_trials_show_parameters_folds_and_the_reason_of_a_failure(client, run):
    TrialFactory(
        run=run, number=0, fold_scores=[0.81, 0.83, 0.85], params={"max_depth": 2}
    )
    TrialFactory(run=run, number=1, state="failed", value=None, error="It did not fit.")

    page = trials(client, run).text

    assert all(text in page for text in ["0.8100", "0.8300", "0.8500", "max_depth"])
    assert "It did not fit." in page


def test_trials_are_filtered_by_algorithm_and_state(client, run):
    TrialFactory(run=run, number=0)
    TrialFactory(run=run, number=1, algorithm="logistic_regression")
    TrialFactory(run=run, number=2, state="failed", value=None)

    assert numbers(trials(client, run, algorithm="logistic_regression")) == [1]
    assert numbers(trials(client, run, state="failed")) == [2]
    assert numbers(
        trials(client, run, algorithm="random_forest", state="complete")
    ) == [0]
    assert "No such trial" in trials(client, run, state="pruned").text


def test_trials_with_an_unknown_filter_are_all(client, run):
    TrialFactory(run=run, number=0)

    assert numbers(
        trials(client, run, algorithm="x", state="y", order="z", page="w")
    ) == [0]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("number", [0, 1, 2]),
        ("-number", [2, 1, 0]),
        ("value", [2, 0, 1]),
        ("-value", [0, 2, 1]),
        ("duration", [2, 0, 1]),
        ("-duration", [0, 2, 1]),
    ],
)
def test_trials_are_sorted_with_those_without_a_value_last(
    client, run, order, expected
):
    second = timezone.timedelta(seconds=1)
    TrialFactory(
        run=run, number=0, value=0.9, started_at=NOW, finished_at=NOW + 9 * second
    )
    TrialFactory(
        run=run, number=1, value=None, state="running", started_at=NOW, finished_at=None
    )
    TrialFactory(run=run, number=2, value=0.5, started_at=NOW, finished_at=NOW + second)

    assert numbers(trials(client, run, order=order)) == expected


def head(answer, name):
    heads = answer.context["table"].heads()
    return next(found for found in heads if found["spec"].name == name)


def test_a_click_on_the_value_shows_the_best_first_then_turns_round(client, run):
    first = head(trials(client, run), "value")
    second = head(trials(client, run, order=first["order"]), "value")

    assert (first["order"], first["sort"]) == ("-value", "")
    assert (second["order"], second["sort"]) == ("value", "descending")


def test_where_smaller_is_better_the_arrow_follows_what_is_shown(client, run):
    run.task, run.scoring = "regression", "rmse"
    run.save()

    best_first = head(trials(client, run, order="-value"), "value")

    assert best_first["sort"] == "ascending"


def test_trials_are_shown_50_a_page_with_the_filters_kept(client, run):
    for number in range(51):
        TrialFactory(run=run, number=number)

    answer = trials(client, run, state="complete", page=2)

    assert numbers(answer) == [50]
    assert "state=complete&amp;page=1" in answer.text


def test_trials_asked_by_htmx_are_the_table_alone(client, run):
    url = reverse("runs:trials", args=[run.pk])

    answer = client.get(url, headers={"HX-Request": "true"})

    assert 'id="trials-table"' in answer.text
    assert "<html" not in answer.text


def test_trials_asked_by_htmx_going_back_are_the_whole_page(client, run):
    url = reverse("runs:trials", args=[run.pk])
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<html" in client.get(url, headers=headers).text


@pytest.mark.parametrize("n", [1, 3])
def test_trials_need_the_same_queries_for_any_number(
    client, run, n, django_assert_num_queries
):
    for number in range(n):
        TrialFactory(run=run, number=number)

    # Session, user, run, layout, count, trials, the best, the baseline.
    with django_assert_num_queries(8):
        trials(client, run)


def test_trials_for_a_stranger_are_404(client, run):
    client.force_login(UserFactory())

    assert trials(client, run).status_code == 404


def test_trial_shows_its_folds_and_leads_to_its_model(client, run):
    model = ModelMetaFactory(
        trial=TrialFactory(run=run, number=7, fold_scores=[0.91, 0.92])
    )

    answer = client.get(reverse("runs:trial", args=[run.pk, 7]))

    assert answer.status_code == 200
    assert "0.9100" in answer.text
    assert model.get_absolute_url() in answer.text
    assert [trace["name"] for trace in answer.context["figure"]["data"]] == [
        "Best so far",
        "Random forest",
        "Trial 7",
    ]


def test_trial_that_failed_shows_the_reason(client, run):
    nothing = {"value": None, "fold_scores": [], "fit_seconds": [], "score_seconds": []}
    TrialFactory(run=run, number=0, state="failed", error="Too big.", **nothing)

    page = client.get(reverse("runs:trial", args=[run.pk, 0])).text

    assert "Too big." in page
    assert "No fold has been scored" in page


def test_trial_that_does_not_exist_is_404(client, run):
    assert client.get(reverse("runs:trial", args=[run.pk, 3])).status_code == 404


def test_trial_for_a_stranger_is_404(client, run):
    TrialFactory(run=run, number=0)
    client.force_login(UserFactory())

    assert client.get(reverse("runs:trial", args=[run.pk, 0])).status_code == 404


def test_trial_shows_defaults_log_neighbours_and_its_program(client, run):
    for number, value in enumerate([0.7, 0.9, 0.8]):
        TrialFactory(
            run=run, number=number, value=value, params={"n_estimators": 100 + number}
        )
    run.events.create(kind="note", message="It began.", data={"trials": [1, 2]})
    run.events.create(kind="note", message="Another.", data={"trials": [12]})

    answer = client.get(reverse("runs:trial", args=[run.pk, 2]))

    context = answer.context
    assert [(p.name, p.default, p.differs) for p in context["params"]] == [
        ("n_estimators", "100", True)
    ]
    assert [event.message for event in context["log"]] == ["It began."]
    assert context["rank"] == 2
    assert [row.trial.number for row in context["neighbours"]] == [1, 2, 0]
    assert "RandomForestClassifier(" in context["code"]


def test_program_and_table_of_a_trial_are_downloads(client, run):
    TrialFactory(run=run, number=0)

    answer = client.get(reverse("runs:trial_code", args=[run.pk, 0]))

    assert answer["Content-Type"] == "text/x-python; charset=utf-8"
    compile(answer.text, "trial.py", "exec")
    # The factory's table has no file.
    table = client.get(reverse("runs:dataset_table", args=[run.dataset_id]))
    assert table.status_code == 404
