import re

import pytest
from django.urls import reverse

from runs.enums import Phase, Wish
from runs.models import Run
from runs.relay.run import RunRelay
from tests.factories import (
    DatasetFactory,
    ModelMetaFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
PIECES = [
    "stepper",
    "phase",
    "budget",
    "progress",
    "algorithms",
    "controls",
    "workers",
    "leaderboard",
    "log",
    "history",
    "folds",
    "train-rows",
    "holdout-rows",
    "steer",
]
VALUES = {
    "name": "First try",
    "target": "species",
    "task": "",
    "scoring": "accuracy",
    "algorithms": ["logistic_regression", "random_forest"],
    "strategy": "grid",
    "n_trials": "",
    "time_budget_minutes": "",
    "n_splits": "3",
    "holdout_percent": "20",
    "seed": "0",
}


@pytest.fixture
def owner(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def dataset(owner):
    return DatasetFactory(project=ProjectFactory(owner=owner), filename="own.csv")


@pytest.fixture
def run(dataset):
    return RunFactory(dataset=dataset)


def become_viewer_of(client, project):
    viewer = UserFactory()
    project.memberships.create(user=viewer, role="viewer")
    client.force_login(viewer)


def become_stranger(client):
    client.force_login(UserFactory())


# --- The list ----------------------------------------------------------------------


def test_index_without_runs_leads_to_the_projects(client, owner):
    page = client.get(reverse("runs:runs"))

    assert page.status_code == 200
    assert "No run yet" in page.text
    assert reverse("runs:projects") in page.text


def test_index_shows_phase_progress_and_best_value_as_the_metric_is_read(
    client, dataset
):
    run = RunFactory(
        dataset=dataset,
        task="regression",
        scoring="rmse",
        best_value=-12.5,
        phase="searching",
    )
    TrialFactory(run=run, number=0)
    TrialFactory(run=run, number=1, state="running")

    page = client.get(reverse("runs:runs")).text

    assert "12.50" in page
    assert "-12.5" not in page
    assert "1 of 6" in page
    assert "state-searching" in page


def test_index_leaves_out_runs_of_others(client, owner):
    other = RunFactory()

    page = client.get(reverse("runs:runs"))

    assert other.name not in page.text


@pytest.mark.parametrize("n", [1, 3])
def test_index_needs_the_same_queries_for_any_number_of_runs(
    client, owner, n, django_assert_num_queries
):
    for _ in range(n):
        run = RunFactory(dataset__project=ProjectFactory(owner=owner), created_by=owner)
        TrialFactory(run=run)

    # Session, user, count, runs.
    with django_assert_num_queries(4):
        client.get(reverse("runs:runs"))


# --- Configure ---------------------------------------------------------------------


def test_create_opens_with_a_guess_and_its_size(client, dataset):
    page = client.get(reverse("runs:run_new", args=[dataset.pk])).text

    assert '<option value="bill_length_mm" selected>' in page
    assert "Detected: Regression" in page
    assert "Ridge regression" in page
    assert "fits" in page


def test_create_starts_a_run_and_shows_it(client, owner, dataset):
    answer = client.post(reverse("runs:run_new", args=[dataset.pk]), VALUES)

    run = Run.objects.get()
    assert answer.status_code == 302
    assert answer.url == run.get_absolute_url()
    assert (run.name, run.target, run.n_splits) == ("First try", "species", 3)
    assert run.created_by == owner


def test_create_with_bad_input_says_so_at_the_field_and_keeps_the_rest(client, dataset):
    values = VALUES | {"n_splits": "1", "seed": "41"}

    answer = client.post(reverse("runs:run_new", args=[dataset.pk]), values)

    assert answer.status_code == 422
    assert "n_splits" in answer.context["form"].errors
    assert 'value="41"' in answer.text
    assert 'value="First try"' in answer.text
    assert not Run.objects.exists()


def test_create_on_a_dataset_that_is_still_read_leads_back_to_it(client, dataset):
    dataset.state = "reading"
    dataset.save()

    answer = client.get(reverse("runs:run_new", args=[dataset.pk]))

    assert answer.status_code == 302
    assert answer.url == dataset.get_absolute_url()


def test_create_by_a_viewer_is_forbidden(client, dataset):
    become_viewer_of(client, dataset.project)

    assert client.get(reverse("runs:run_new", args=[dataset.pk])).status_code == 403


def test_create_by_a_stranger_is_404(client, dataset):
    become_stranger(client)

    answer = client.post(reverse("runs:run_new", args=[dataset.pk]), VALUES)

    assert answer.status_code == 404
    assert not Run.objects.exists()


def options(client, dataset, **changes):
    return client.get(
        reverse("runs:run_options", args=[dataset.pk]), VALUES | changes, headers=HTMX
    )


def test_options_after_another_target_are_its_task_and_metrics(client, dataset):
    answer = options(client, dataset, target="body_mass_g", changed="target")

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Detected: Regression" in answer.text
    assert "Root mean squared error (default)" in answer.text
    assert 'id="run-size" aria-live="polite" hx-swap-oob="true"' in answer.text


def test_options_after_another_number_are_the_size_alone(client, dataset):
    answer = options(client, dataset, n_splits="4", strategy="random", n_trials="10")

    assert 'id="run-size"' in answer.text
    assert 'id="run-options"' not in answer.text
    assert 'id="run-size" aria-live="polite" hx-swap-oob' not in answer.text
    size = " ".join(answer.text.split())
    assert "<strong>10</strong> combinations × <strong>4</strong> folds" in size
    assert "<strong>40</strong> fits" in size


def test_options_of_a_search_that_cannot_be_say_why(client, dataset):
    answer = options(client, dataset, n_trials="0")

    assert "Trials at most" in answer.text
    assert "between 1 and 1,000,000 trials" in answer.text


def test_options_of_numbers_that_cannot_be_say_so_at_each_field(client, dataset):
    numbers = {"n_splits": "400", "holdout_percent": "150", "seed": "-1"}
    numbers |= {"n_trials": "0", "time_budget_minutes": "-2", "n_repeats": "0"}
    numbers |= {"trial_memory_mb": "1", "trial_seconds": "0.0001"}

    answer = options(client, dataset, **numbers)

    said = fields_with_errors(answer.text)
    assert set(said) == set(numbers)
    assert said["holdout_percent"] == (
        "The holdout share must be between 0 and 90 % (0.9) of the rows."
    )
    assert fields_with_errors(options(client, dataset).text) == {}


def test_page_has_a_place_for_each_message_that_may_come(client, dataset):
    page = client.get(reverse("runs:run_new", args=[dataset.pk]))
    answer = options(client, dataset)

    places = re.findall(r'id="(id_\w+_error)"', answer.text)
    assert "id_n_trials_error" in places
    assert [place for place in places if f'id="{place}"' not in page.text] == []


def fields_with_errors(html):
    """Return what stands in the messages of fields, by the name of the field."""
    found = re.findall(
        r'class="field-errors"\s+id="id_(\w+)_error"\s+hx-swap-oob="true"\s*>(.*?)'
        r"(?=<div\s+class=\"field-errors\"|$)",
        html,
        re.DOTALL,
    )
    texts = {name: re.sub(r"<[^>]*>", " ", inner) for name, inner in found}
    return {name: " ".join(t.split()) for name, t in texts.items() if t.strip()}


def test_options_for_a_stranger_are_404(client, dataset):
    become_stranger(client)

    assert options(client, dataset).status_code == 404


# --- Watch and steer ---------------------------------------------------------------


def test_detail_of_a_waiting_run_is_live_and_says_what_it_waits_for(client, run):
    page = client.get(run.get_absolute_url())

    assert page.status_code == 200
    assert f'ws-connect="/ws/runs/{run.pk}/"' in page.text
    assert "No trial has ended yet" in page.text
    assert "as soon as a worker is free" in page.text


def test_detail_of_a_searching_run_shows_workers_and_leaders(client, run):
    Run.objects.update(phase=Phase.SEARCHING)
    TrialFactory(run=run, number=4, value=0.912345)
    TrialFactory(
        run=run,
        number=5,
        state="running",
        value=None,
        worker="host/77",
        params={"max_depth": 4},
        fold=1,
        fold_scores=[0.875],
    )

    page = client.get(run.get_absolute_url()).text

    assert "0.9123" in page
    assert reverse("runs:trial", args=[run.pk, 4]) in page
    assert "Fold 2 of 3" in page
    assert "0.8750" in page
    assert "max_depth" in page


def test_detail_of_a_finished_run_leads_to_its_models_and_has_no_socket(client, run):
    model = ModelMetaFactory(
        trial=TrialFactory(run=run, value=0.87), metrics={"accuracy": 0.8642}
    )
    Run.objects.update(phase=Phase.FINISHED)

    page = client.get(run.get_absolute_url()).text

    assert "ws-connect" not in page
    assert model.get_absolute_url() in page
    assert "0.8642" in page
    assert "0.8700" in page


def test_detail_of_a_failed_run_gives_the_reason_and_a_way_out(client, run):
    Run.objects.update(phase=Phase.FAILED, error="The disk is full.")

    page = client.get(run.get_absolute_url()).text

    assert "The disk is full." in page
    assert f"{reverse('runs:run_new', args=[run.dataset_id])}?target=species" in page


def test_detail_asked_by_htmx_is_the_result_alone(client, run):
    Run.objects.update(phase=Phase.STOPPED)

    answer = client.get(run.get_absolute_url(), headers=HTMX)

    assert 'id="run-result"' in answer.text
    assert "<html" not in answer.text
    assert "No model" in answer.text


def test_detail_for_a_viewer_has_no_buttons(client, run):
    become_viewer_of(client, run.project)

    page = client.get(run.get_absolute_url())

    assert page.status_code == 200
    assert reverse("runs:run_stop", args=[run.pk]) not in page.text
    assert reverse("runs:run_delete", args=[run.pk]) not in page.text


def test_detail_for_a_stranger_is_404(client, run):
    become_stranger(client)

    assert client.get(run.get_absolute_url()).status_code == 404


def test_detail_without_signing_in_leads_to_the_sign_in_page(client, run):
    client.logout()

    assert client.get(run.get_absolute_url()).url.startswith(reverse("login"))


def test_every_live_piece_of_the_page_is_swapped_by_the_socket_s_message(run):
    message = "".join(RunRelay(run.pk).render([True])[True].values())

    for piece in PIECES:
        assert message.count(f'id="live-{piece}"') == 1
    assert message.count('hx-swap-oob="true"') == len(PIECES)
    assert "csrfmiddlewaretoken" not in message


def test_message_of_the_end_fetches_the_result(run):
    Run.objects.update(phase=Phase.FINISHED)

    assert (
        'hx-target="#run-result"' in RunRelay(run.pk).render([False])[False]["progress"]
    )


def test_history_has_the_points_as_people_read_them(client, dataset):
    run = RunFactory(dataset=dataset, task="regression", scoring="rmse")
    TrialFactory(run=run, number=2, value=-3.5)

    answer = client.get(reverse("runs:run_history", args=[run.pk])).json()

    assert answer["points"] == [[2, 3.5, "random_forest"]]
    assert answer["greater_is_better"] is False


@pytest.mark.parametrize(
    ("action", "phase", "wish"),
    [
        ("pause", Phase.SEARCHING, Wish.PAUSE),
        ("resume", Phase.PAUSED, Wish.RESUME),
        ("stop", Phase.SEARCHING, Wish.STOP),
    ],
)
def test_steering_notes_the_wish_and_leads_back(client, run, action, phase, wish):
    Run.objects.update(phase=phase)

    answer = client.post(reverse(f"runs:run_{action}", args=[run.pk]))

    run.refresh_from_db()
    assert answer.url == run.get_absolute_url()
    assert run.wish == wish


def test_pause_asked_by_htmx_answers_the_controls(client, run):
    Run.objects.update(phase=Phase.SEARCHING)

    answer = client.post(reverse("runs:run_pause", args=[run.pk]), headers=HTMX)

    assert 'id="live-controls"' in answer.text
    assert "<html" not in answer.text
    assert "Pausing…" in answer.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_resume_of_a_run_that_goes_on_says_why_not(client, run, headers):
    Run.objects.update(phase=Phase.SEARCHING)

    url = reverse("runs:run_resume", args=[run.pk])
    answer = client.post(url, headers=headers, follow=True)

    run.refresh_from_db()
    assert run.wish == Wish.NONE
    assert "cannot be resumed" in answer.text


@pytest.mark.parametrize("action", ["pause", "resume", "stop", "delete"])
def test_steering_by_a_viewer_is_forbidden(client, run, action):
    become_viewer_of(client, run.project)

    assert client.post(reverse(f"runs:run_{action}", args=[run.pk])).status_code == 403


@pytest.mark.parametrize("action", ["pause", "resume", "stop", "delete"])
def test_steering_by_a_stranger_is_404(client, run, action):
    become_stranger(client)

    assert client.post(reverse(f"runs:run_{action}", args=[run.pk])).status_code == 404
    assert Run.objects.filter(pk=run.pk, wish=Wish.NONE).exists()


@pytest.mark.parametrize("action", ["pause", "resume", "stop"])
def test_steering_by_get_is_not_allowed(client, run, action):
    assert client.get(reverse(f"runs:run_{action}", args=[run.pk])).status_code == 405


def test_delete_asks_first(client, run):
    page = client.get(reverse("runs:run_delete", args=[run.pk]))

    assert page.status_code == 200
    assert run.name in page.text
    assert Run.objects.exists()


def test_delete_leads_back_to_the_dataset(client, run):
    answer = client.post(reverse("runs:run_delete", args=[run.pk]))

    assert answer.url == run.dataset.get_absolute_url()
    assert not Run.objects.exists()


def test_page_of_a_run_names_each_of_its_parts_once(client, run):
    Run.objects.update(phase=Phase.SEARCHING)
    page = client.get(reverse("runs:run", args=[run.pk])).content.decode()

    ids = re.findall(r'\sid="([^"]+)"', page)

    assert "live-steer" in ids
    assert sorted(ids) == sorted(set(ids))
