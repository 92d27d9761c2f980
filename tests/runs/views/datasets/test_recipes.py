"""Settings, kinds, advice and targets, as a person changes them on the page."""

import pytest
from django.urls import reverse

from runs.enums import DatasetState, JobState
from runs.models import Dataset, ReadingPreview, TargetProfile
from runs.services import recipes as services
from tests.factories import DatasetFactory, ProjectFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}

ADVICE = {
    "key": "identifier:sex",
    "code": "identifier",
    "level": "warning",
    "title": "Looks like an identifier",
    "text": "Nearly all values differ.",
    "columns": ["sex"],
    "remedy": {"action": "exclude"},
}


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    for name in ("profile_dataset", "profile_target", "preview_reading"):
        monkeypatch.setattr(getattr(services, name), "delay", lambda pk: None)


@pytest.fixture
def ada(client):
    user = UserFactory(username="ada")
    client.force_login(user)
    return user


@pytest.fixture
def dataset(ada):
    return DatasetFactory(project=ProjectFactory(editor=ada))


def url(name, *args):
    return reverse(f"runs:{name}", args=args)


def text_of(response):
    return response.content.decode()


# --- Access ---------------------------------------------------------------------------

ACTIONS = {
    "kinds_change": {"kind-1": "text"},
    "read_again": {"delimiter": ";"},
    "reading_try": {"delimiter": ";"},
    "advice_accept": {"key": ADVICE["key"]},
    "advice_undo": {"key": ADVICE["key"]},
    "target_choose": {"target": "sex"},
}


@pytest.mark.parametrize("name", ACTIONS)
def test_action_by_a_viewer_is_403_and_changes_nothing(client, ada, name):
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada), advice=[ADVICE])

    assert client.post(url(name, dataset.pk), ACTIONS[name]).status_code == 403
    dataset.refresh_from_db()
    assert (dataset.state, dataset.accepted) == (DatasetState.READY, [])
    assert not TargetProfile.objects.exists()
    assert not ReadingPreview.objects.exists()


@pytest.mark.parametrize("name", ACTIONS)
def test_action_by_a_stranger_is_404(client, ada, name):
    dataset = DatasetFactory(project=ProjectFactory(owner=UserFactory()))

    assert client.post(url(name, dataset.pk), ACTIONS[name]).status_code == 404


@pytest.mark.parametrize("name", ACTIONS)
def test_action_refuses_get(client, dataset, name):
    assert client.get(url(name, dataset.pk)).status_code == 405


def test_page_of_a_viewer_offers_no_change(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada), advice=[ADVICE])

    page = text_of(client.get(dataset.get_absolute_url()))

    assert ADVICE["title"] in page
    for name in ACTIONS:
        assert url(name, dataset.pk) not in page


# --- Kinds ----------------------------------------------------------------------------


def test_kinds_change_reads_again_with_what_was_changed(client, dataset):
    data = {"kind-0": "", "kind-1": "text", "kind-3": "integer_category"}

    response = client.post(url("kinds_change", dataset.pk), data)

    dataset.refresh_from_db()
    assert response["Location"] == f"{dataset.get_absolute_url()}#columns"
    kinds = {"sex": "text", "bill_length_mm": "integer_category"}
    assert dataset.recipe["kinds"] == kinds


def test_kinds_change_back_to_what_is_found(client, ada):
    dataset = DatasetFactory(
        project=ProjectFactory(editor=ada), kinds={"sex": "text", "species": "text"}
    )

    client.post(url("kinds_change", dataset.pk), {"kind-1": "", "kind-0": "text"})

    dataset.refresh_from_db()
    assert dataset.recipe["kinds"] == {"species": "text"}


@pytest.mark.parametrize("data", [{"kind-1": "moon"}, {}, {"kind-99": "text"}])
def test_kinds_change_that_says_nothing_reads_nothing(client, dataset, data):
    response = client.post(url("kinds_change", dataset.pk), data)

    assert response.status_code == 302
    dataset.refresh_from_db()
    assert dataset.state == DatasetState.READY


def test_kinds_change_of_a_used_table_leads_to_the_new_version(client, ada):
    run = RunFactory(dataset__project=ProjectFactory(editor=ada))

    response = client.post(
        url("kinds_change", run.dataset.pk), {"kind-1": "text"}, follow=True
    )

    made = Dataset.objects.get(version=2)
    assert response.redirect_chain[-1][0].startswith(made.get_absolute_url())
    assert "version 1, which stays as it is" in text_of(response)


# --- How it is read -------------------------------------------------------------------


def test_read_again_keeps_only_what_was_set(client, dataset):
    data = {
        "delimiter": "tab",
        "quotechar": "none",
        "header": "false",
        "skip_lines": "2",
        "encoding": "",
        "missing": "(empty)\nn/a\n",
    }

    response = client.post(url("read_again", dataset.pk), data)

    dataset.refresh_from_db()
    assert response["Location"] == dataset.get_absolute_url()
    assert dataset.recipe["options"] == {
        "delimiter": "\t",
        "quotechar": "",
        "header": False,
        "skip_lines": 2,
        "missing": ["", "n/a"],
    }


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"delimiter": "moon"}, "delimiter"),
        ({"skip_lines": "-1"}, "skip_lines"),
        ({"delimiter": '"', "delimiter_other": ""}, "delimiter"),
        ({"decimal": ",", "thousands": ","}, "thousands"),
    ],
)
def test_read_again_with_bad_input_is_422_at_the_field(client, dataset, data, field):
    response = client.post(url("read_again", dataset.pk), data)

    assert response.status_code == 422
    assert set(response.context["reading_form"].errors) == {field}
    dataset.refresh_from_db()
    assert dataset.state == DatasetState.READY


def test_read_again_with_a_delimiter_of_ones_own(client, dataset):
    data = {"delimiter": "other", "delimiter_other": "§"}

    client.post(url("read_again", dataset.pk), data)

    dataset.refresh_from_db()
    assert dataset.recipe["options"] == {"delimiter": "§"}


def test_form_opens_with_what_is_set_and_names_what_was_found(client, ada):
    dataset = DatasetFactory(
        project=ProjectFactory(editor=ada), options={"delimiter": "\t"}
    )

    form = client.get(dataset.get_absolute_url()).context["reading_form"]

    assert form["delimiter"].value() == "tab"
    assert form.fields["encoding"].choices[0] == ("", "Detected: utf-8")


def test_failed_table_offers_its_settings(client, ada):
    dataset = DatasetFactory(
        project=ProjectFactory(editor=ada),
        state=DatasetState.FAILED,
        error="No delimiter.",
        n_rows=None,
        columns=[],
        preview={},
        reading={},
    )

    page = text_of(client.get(dataset.get_absolute_url()))

    assert url("read_again", dataset.pk) in page


def test_reading_try_asks_a_worker_and_looks_again(client, dataset):
    response = client.post(
        url("reading_try", dataset.pk), {"delimiter": ";"}, headers=HTMX
    )

    preview = ReadingPreview.objects.get()
    assert preview.options == {"delimiter": ";"}
    page = text_of(response)
    assert f'hx-get="{url("reading_tried", dataset.pk, preview.pk)}"' in page
    assert "<html" not in page


def test_reading_try_with_bad_input_is_422_with_the_error_at_the_field(client, dataset):
    response = client.post(
        url("reading_try", dataset.pk), {"skip_lines": "-1"}, headers=HTMX
    )

    assert response.status_code == 422
    errors = dict(response.context["slots"])
    assert errors["skip_lines"]
    assert not errors["delimiter"]
    assert 'id="reading-slot-skip_lines"' in text_of(response)
    assert not ReadingPreview.objects.exists()


def test_reading_tried_shows_rows_and_stops_asking(client, dataset):
    preview = ReadingPreview.objects.create(
        dataset=dataset,
        key="k",
        state=JobState.READY,
        data={
            "preview": {"columns": ["a;b"], "rows": [["1;2"]]},
            "kinds": ["text"],
            "repairs": [],
        },
    )

    page = text_of(client.get(url("reading_tried", dataset.pk, preview.pk)))

    assert "1;2" in page
    assert "hx-trigger" not in page


def test_reading_tried_that_failed_has_the_error_at_the_field(client, dataset):
    preview = ReadingPreview.objects.create(
        dataset=dataset,
        key="k",
        state=JobState.FAILED,
        error="No such encoding.",
        field="encoding",
    )

    response = client.get(url("reading_tried", dataset.pk, preview.pk))

    assert dict(response.context["slots"])["encoding"] == "No such encoding."


def test_reading_tried_of_another_dataset_is_404(client, dataset):
    preview = ReadingPreview.objects.create(dataset=DatasetFactory(), key="k")

    response = client.get(url("reading_tried", dataset.pk, preview.pk))

    assert response.status_code == 404


# --- Advice ---------------------------------------------------------------------------


def test_advice_is_accepted_shown_so_and_undone(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(editor=ada), advice=[ADVICE])

    response = client.post(url("advice_accept", dataset.pk), {"key": ADVICE["key"]})
    assert response["Location"] == f"{dataset.get_absolute_url()}#advice"
    [tip] = client.get(dataset.get_absolute_url()).context["tips"]
    assert tip.is_accepted

    client.post(url("advice_undo", dataset.pk), {"key": ADVICE["key"]})
    [tip] = client.get(dataset.get_absolute_url()).context["tips"]
    assert not tip.is_accepted


@pytest.mark.parametrize("data", [{}, {"key": "leak:x"}])
def test_advice_that_is_not_there_is_said_to_be_gone(client, dataset, data):
    response = client.post(url("advice_accept", dataset.pk), data, follow=True)

    assert response.status_code == 200
    assert len(list(response.context["messages"])) == 1


# --- Target ---------------------------------------------------------------------------

DATA = {
    "target": "species",
    "task": "multiclass",
    "n_rows": 344,
    "n_missing": 0,
    "sampled_rows": None,
    "power_rows": 300,
    "power_measure": "f1_weighted",
    "distribution": {
        "name": "species",
        "kind": "category",
        "distinct": 3,
        "top": [["Adelie", 152], ["Gentoo", 124], ["Chinstrap", 68]],
        "classes": [["Adelie", 152], ["Gentoo", 124], ["Chinstrap", 68]],
    },
    "columns": [
        {"name": "sex", "kind": "category", "association": None, "measure": None}
        | {"of": "value", "power": None, "score": None, "baseline": None},
        {"name": "bill_length_mm", "kind": "numeric", "association": 0.84}
        | {"measure": "correlation_ratio", "of": "value"}
        | {"power": 0.7, "score": 0.8, "baseline": 0.3},
    ],
    "sums": None,
    "conflicts": {"n_rows": 0, "n_groups": 0, "n_columns": 2},
}


def test_target_choose_leads_to_the_page_that_waits(client, dataset):
    response = client.post(
        url("target_choose", dataset.pk), {"target": "species"}, follow=True
    )

    profile = TargetProfile.objects.get()
    assert profile.target == "species"
    look = f'hx-get="{url("target_look", dataset.pk, profile.pk)}"'
    assert look in text_of(response)


@pytest.mark.parametrize("target", ["", "wings"])
def test_target_choose_of_no_column_says_so(client, dataset, target):
    response = client.post(
        url("target_choose", dataset.pk), {"target": target}, follow=True
    )

    assert len(list(response.context["messages"])) == 1
    assert not TargetProfile.objects.exists()


def test_target_look_while_waiting_asks_again(client, dataset):
    profile = TargetProfile.objects.create(
        dataset=dataset,
        target="species",
        progress={"step": "target", "done": 3, "total": 12},
    )

    page = text_of(client.get(url("target_look", dataset.pk, profile.pk), headers=HTMX))

    assert "Column 3 of 12" in page
    assert "hx-trigger" in page
    assert "<html" not in page


def test_target_look_when_ready_shows_it_with_the_way_to_a_run(client, dataset):
    profile = TargetProfile.objects.create(
        dataset=dataset, target="species", state=JobState.READY, data=DATA
    )

    response = client.get(url("target_look", dataset.pk, profile.pk), headers=HTMX)

    page = text_of(response)
    assert [p.name for p in response.context["target_view"].powers] == [
        "bill_length_mm",
        "sex",
    ]
    assert f"{url('run_new', dataset.pk)}?target=species" in page
    assert "hx-trigger" not in page


def test_target_look_without_a_script_is_the_page(client, dataset):
    profile = TargetProfile.objects.create(dataset=dataset, target="species")

    response = client.get(url("target_look", dataset.pk, profile.pk))

    assert response["Location"].startswith(dataset.get_absolute_url())


def test_target_look_by_a_viewer_is_allowed(client, ada):
    dataset = DatasetFactory(project=ProjectFactory(viewer=ada))
    profile = TargetProfile.objects.create(
        dataset=dataset, target="species", state=JobState.READY, data=DATA
    )

    response = client.get(url("target_look", dataset.pk, profile.pk), headers=HTMX)

    assert response.status_code == 200
    assert url("run_new", dataset.pk) not in text_of(response)
