import pytest
from django.urls import reverse

from runs.models import Run
from tests.factories import DatasetFactory, ProjectFactory, RunFactory, UserFactory
from tests.runs.views.test_runs import HTMX, VALUES, become_stranger, become_viewer_of

pytestmark = pytest.mark.django_db

PAGE = {**VALUES, "spaces": "", "spaces_before": "", "made_for": "grid:multiclass"}
LEAF = "p:random_forest:min_samples_leaf:"
OPENED = {
    **PAGE,
    "open": ["random_forest"],
    f"{LEAF}kind": "int",
    f"{LEAF}low": "9",
    f"{LEAF}high": "2",
}


@pytest.fixture
def dataset(client):
    user = UserFactory()
    client.force_login(user)
    return DatasetFactory(project=ProjectFactory(owner=user), filename="own.csv")


def change(client, dataset, *, headers=None, **values):
    url = reverse("runs:run_change", args=[dataset.pk])
    return client.post(url, values, headers=headers or {})


def test_configure_page_has_a_closed_section_an_algorithm(client, dataset):
    page = client.get(reverse("runs:run_new", args=[dataset.pk])).text

    assert "3 parameters, 36 combinations · n_estimators 25|…|200" in page
    assert page.count('name="open"') == 0
    assert page.count('value="open:') == page.count('class="algorithm"') > 5


def test_open_fragment_is_the_section_with_what_depends_on_it(client, dataset):
    answer = change(client, dataset, headers=HTMX, **PAGE, do="open:random_forest").text

    assert answer.lstrip().startswith('<div class="algorithm-body"')
    assert f'name="{LEAF}values"' in answer
    assert "The estimator’s default is <code>1</code>" in answer
    assert 'id="run-size"' in answer
    assert "<html" not in answer


def test_open_without_javascript_is_the_whole_page_with_what_was_typed(client, dataset):
    answer = change(client, dataset, **PAGE, do="open:random_forest")

    assert answer.status_code == 200
    assert "<html" in answer.text
    assert f'name="{LEAF}values"' in answer.text
    assert 'value="First try"' in answer.text


def test_typing_is_answered_with_messages_and_never_with_fields(client, dataset):
    answer = change(client, dataset, headers=HTMX, **OPENED, check="random_forest").text

    assert "Has a low of 9 above its high of 2." in answer
    assert 'data-fields="high "' in answer
    assert "1 value cannot be used" in answer
    assert f'name="{LEAF}low"' not in answer


def test_submit_with_a_wrong_range_is_422_with_the_error_at_its_field(client, dataset):
    answer = client.post(reverse("runs:run_new", args=[dataset.pk]), OPENED)

    assert answer.status_code == 422
    assert "Has a low of 9 above its high of 2." in answer.text
    assert 'value="9"' in answer.text
    assert not Run.objects.exists()


def test_submit_of_fields_starts_the_run_they_describe(client, dataset):
    good = OPENED | {f"{LEAF}low": "1", f"{LEAF}high": "3"}

    client.post(reverse("runs:run_new", args=[dataset.pk]), good)

    assert Run.objects.get().spaces["random_forest"] == {
        "min_samples_leaf": {"type": "int", "low": 1, "high": 3}
    }


def test_another_strategy_is_answered_with_its_values(client, dataset):
    url = reverse("runs:run_options", args=[dataset.pk])
    values = {**OPENED, f"{LEAF}low": "1", "strategy": "tpe", "changed": "strategy"}

    answer = client.post(url, values, headers=HTMX).text

    assert 'id="run-algorithms"' in answer
    assert 'value="sampled:multiclass"' in answer


def test_combinations_are_offered_from_runs_on_the_same_columns(client, dataset):
    RunFactory(dataset=dataset, name="Earlier", best_value=0.9)
    RunFactory(dataset=dataset, name="Without result")
    RunFactory(dataset=dataset, name="Other columns", best_value=1, features=["x"])

    url = reverse("runs:run_new", args=[dataset.pk])
    page = client.get(f"{url}?target=species").text

    assert "Earlier" in page
    assert "Without result" not in page
    assert "Other columns" not in page


def test_change_by_viewer_is_403_and_by_stranger_404(client, dataset):
    become_viewer_of(client, dataset.project)
    assert change(client, dataset, **PAGE).status_code == 403
    become_stranger(client)
    assert change(client, dataset, **PAGE).status_code == 404
