import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse

from runs.configuration import configure
from runs.enums import Descent
from runs.forms.opening import opening
from runs.forms.saving import SaveForm
from runs.models import Run, SavedPreset
from runs.services.presets import save_preset
from runs.specifications import specification_of
from tests.factories import (
    DatasetFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)
from tests.runs.views.test_runs import VALUES, become_stranger, become_viewer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    user = UserFactory(username="ada")
    client.force_login(user)
    return user


@pytest.fixture
def dataset(owner):
    return DatasetFactory(project=ProjectFactory(owner=owner), filename="own.csv")


def made_run(dataset, **wish):
    made = configure(dataset, **({"target": "species", "strategy": "random"} | wish))
    values = {n: getattr(made, n) for n in made.__dataclass_fields__}
    return RunFactory(dataset=dataset, phase="finished", **values)


# --- Own presets --------------------------------------------------------------------------


def test_form_is_saved_as_a_preset_and_shown_among_the_cards(client, dataset):
    values = VALUES | {
        "preset_name": "Our usual",
        "preset_description": "For surveys",
        "exclude": ["sex"],
        "n_splits": "4",
    }

    page = client.post(reverse("runs:preset_save", args=[dataset.pk]), values)

    saved = SavedPreset.objects.get()
    assert (saved.name, saved.project) == ("Our usual", dataset.project)
    assert saved.specification["n_splits"] == 4
    assert "exclude" not in saved.specification
    assert page.status_code == 200
    assert "Saved by ada" in page.text
    assert "not kept in it: sex" in page.text
    assert 'value="Our usual"' in page.text


def test_run_is_started_without_a_name_for_a_preset():
    assert "required" not in str(SaveForm()["preset_name"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"preset_name": ""}, "Give the preset a name."),
        ({"preset_name": "Balanced"}, "built-in preset"),
        ({"preset_name": "There"}, "already"),
        ({"preset_name": "New", "n_splits": "1"}, "Put right what is marked"),
    ],
)
def test_preset_that_cannot_be_saved_says_why_and_loses_nothing(
    client, owner, dataset, changes, words
):
    save_preset(
        dataset.project, user=owner, name="There", description="", specification={}
    )

    page = client.post(
        reverse("runs:preset_save", args=[dataset.pk]),
        VALUES | {"preset_description": "Typed"} | changes,
    )

    assert page.status_code == 422
    assert words in page.text
    assert "Typed" in page.text
    assert SavedPreset.objects.count() == 1


def test_preset_is_replaced_when_asked_for(client, owner, dataset):
    save_preset(
        dataset.project, user=owner, name="There", description="", specification={}
    )

    client.post(
        reverse("runs:preset_save", args=[dataset.pk]),
        VALUES | {"preset_name": "There", "preset_replace": "on"},
    )

    assert SavedPreset.objects.get().specification["n_splits"] == 3


def test_preset_is_renamed_and_deleted_by_an_editor(client, owner, dataset):
    preset = save_preset(
        dataset.project, user=owner, name="There", description="", specification={}
    )
    edit = reverse("runs:preset_edit", args=[preset.pk])

    bad = client.post(edit, {"name": "X", "specification": '{"target": "y", "cv": 3}'})
    good = client.post(edit, {"name": "Here", "specification": '{"cv": 3}'})
    preset.refresh_from_db()
    gone = client.post(reverse("runs:preset_delete", args=[preset.pk]))

    assert bad.status_code == 422
    assert "leave out target" in bad.text
    assert good.status_code == 302
    assert (preset.name, preset.specification) == ("Here", {"n_splits": 3})
    assert gone.status_code == 302
    assert not SavedPreset.objects.exists()


def test_preset_of_others_cannot_be_touched(client, owner, dataset):
    preset = save_preset(
        dataset.project, user=owner, name="There", description="", specification={}
    )
    edit = reverse("runs:preset_edit", args=[preset.pk])

    become_viewer_of(client, dataset.project)
    assert client.get(edit).status_code == 403
    become_stranger(client)
    assert client.get(edit).status_code == 404


# --- Differences ----------------------------------------------------------------------------


def test_summary_shows_what_differs_and_reset_takes_it_back(client, dataset):
    address = f"{reverse('runs:run_new', args=[dataset.pk])}?preset=quick_look"
    assert "Nothing: all is as the preset has it." in client.get(address).text
    values = VALUES | {"preset": "quick_look", "n_splits": "7"}

    page = client.get(reverse("runs:run_options", args=[dataset.pk]), values)
    again = client.post(
        reverse("runs:preset_reset", args=[dataset.pk]), values | {"reset": "n_splits"}
    )

    assert "7 instead of 3" in page.text
    assert "instead of 3" not in again.text
    assert 'name="n_splits" value="3"' in again.text


def test_choosing_a_preset_by_post_keeps_the_name(client, dataset):
    page = client.post(
        reverse("runs:preset_reset", args=[dataset.pk]), VALUES | {"choose": "thorough"}
    )

    assert page.status_code == 200
    assert 'value="First try"' in page.text
    assert "What differs from the preset Thorough" in " ".join(page.text.split())


# --- Documents ------------------------------------------------------------------------------


def test_form_is_downloaded_as_a_document(client, dataset):
    answer = client.post(reverse("runs:form_document", args=[dataset.pk]), VALUES)

    found = json.loads(answer.content)
    assert found["target"] == "species"
    assert list(found["spaces"]) == VALUES["algorithms"]
    assert "run.json" in answer["Content-Disposition"]


def test_document_of_a_run_is_its_specification(client, dataset):
    run = made_run(dataset)

    answer = client.get(reverse("runs:run_document", args=[run.pk]))
    become_stranger(client)

    assert answer.json() == json.loads(json.dumps(specification_of(run, dataset)))
    assert client.get(reverse("runs:run_document", args=[run.pk])).status_code == 404


def test_document_pasted_or_uploaded_fills_in_the_form(client, dataset):
    url = reverse("runs:document_upload", args=[dataset.pk])
    text = '{"target": "sex", "cv": 4, "name": "Sent", "algorithms": ["rf"]}'

    pasted = client.post(url, VALUES | {"document_text": text})
    file = SimpleUploadedFile("run.json", text.encode())
    uploaded = client.post(url, VALUES | {"document_file": file})

    for page in (pasted, uploaded):
        assert page.status_code == 200
        assert '<option value="sex" selected>' in page.text
        assert 'name="n_splits" value="4"' in page.text
        assert 'value="Sent"' in page.text


def test_wrong_document_changes_nothing_and_names_each_problem(client, dataset):
    text = '{"targt": 1, "cv": "five"}'

    page = client.post(
        reverse("runs:document_upload", args=[dataset.pk]),
        VALUES | {"document_text": text},
    )

    assert page.status_code == 422
    assert "<strong>targt:</strong>" in page.text
    assert "<strong>cv:</strong>" in page.text
    assert "{&quot;targt&quot;: 1, &quot;cv&quot;: &quot;five&quot;}" in page.text
    assert 'value="First try"' in page.text
    binary = SimpleUploadedFile("run.json", b"\xff\xfe\x00")
    page = client.post(
        reverse("runs:document_upload", args=[dataset.pk]),
        VALUES | {"document_file": binary},
    )
    assert "The file is no text" in page.text


# --- From an earlier run ----------------------------------------------------------------------


def query_of(run, descent):
    return QueryDict(f"from_run={run.pk}&descent={descent}")


def test_clone_has_all_settings(dataset):
    run = made_run(
        dataset,
        preset="large_data",
        exclude=["sex"],
        n_trials=12,
        seed=9,
        holdout_fraction=0.07,
        halving={"eta": 4},
        strategy="halving",
        spaces={"random_forest": {"max_depth": [2, 3]}, "decision_tree": {}},
    )

    form = opening(query_of(run, "clone"), dataset=dataset)
    preview = form.preview().configuration

    assert preview is not None
    assert specification_of(preview, dataset) == specification_of(run, dataset)


def test_refined_run_proposes_narrower_values_and_says_so(client, dataset):
    space = {"max_depth": {"type": "int", "low": 1, "high": 50}}
    run = made_run(dataset, spaces={"random_forest": space})
    for number, depth in enumerate([20, 22, 21, 23, 24, 1, 50, 40, 45, 3]):
        params = {"max_depth": depth}
        TrialFactory(
            run=run,
            number=number,
            params=params,
            params_key=json.dumps(params),
            value=1 - number / 100,
        )

    page = client.get(
        reverse("runs:run_new", args=[dataset.pk]), query_of(run, "refine").dict()
    )

    assert page.status_code == 200
    assert "from the best 5 of" in page.text
    assert "1 to 50" in page.text
    assert "19 to 25" in page.text
    assert "&quot;low&quot;: 19, &quot;high&quot;: 25" in page.text


def test_continued_run_takes_over_what_was_scored(client, dataset):
    run = made_run(dataset, algorithms=["random_forest"], n_trials=10, patience=3)
    for number in range(4):
        TrialFactory(run=run, number=number, value=number / 10)
    TrialFactory(run=run, number=4, state="failed", value=None)
    form = opening(query_of(run, "continue"), dataset=dataset)
    data = form.opened()

    answer = client.post(reverse("runs:run_new", args=[dataset.pk]), data.dict())

    assert answer.status_code == 302
    new = Run.objects.exclude(pk=run.pk).get()
    assert (new.parent, new.descent) == (run, Descent.CONTINUE)
    assert (new.n_trials, new.patience, new.seed) == (14, None, run.seed)
    assert [c["params"]["n_estimators"] for c in new.enqueued] == [13, 12, 11, 10]
    page = client.get(new.get_absolute_url()).text
    assert f'<a href="{run.get_absolute_url()}">{run.name}</a>' in page
    page = client.get(run.get_absolute_url()).text
    assert f'<a href="{new.get_absolute_url()}">{new.name}</a>' in page
    assert "Continued with more budget" in client.get(reverse("runs:runs")).text


def test_run_of_another_project_is_no_origin(client, dataset):
    run = made_run(DatasetFactory())
    values = VALUES | {"from_run": str(run.pk), "descent": "clone"}

    client.post(reverse("runs:run_new", args=[dataset.pk]), values)

    new = Run.objects.exclude(pk=run.pk).get()
    assert (new.parent, new.descent) == (None, "")
