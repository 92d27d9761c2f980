"""Changing how a table is read, its kinds and rows; versions; advice that is followed."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from runs import contents
from runs.enums import DatasetState, JobState
from runs.models import Dataset, ReadingPreview, TargetProfile
from runs.services import recipes
from runs.services.advice import accept_advice, undo_advice
from runs.services.datasets import delete_dataset
from runs.tables.missing import MISSING as USUAL
from tests.factories import DatasetFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def told(settings, tmp_path, monkeypatch):
    """Record what the workers are told instead of telling them."""
    settings.MEDIA_ROOT = tmp_path / "files"
    calls = []
    for name in ("profile_dataset", "profile_target", "preview_reading"):
        task = getattr(recipes, name)
        monkeypatch.setattr(
            task, "delay", lambda pk, name=name: calls.append((name, pk))
        )
    return calls


@pytest.fixture
def user():
    return UserFactory()


def advice(code, remedy, *columns):
    return {
        "key": ":".join([code, *columns]),
        "code": code,
        "level": "warning",
        "title": code,
        "text": "Because.",
        "columns": list(columns),
        "remedy": remedy,
    }


KIND = advice("mixed", {"action": "set_kind", "kinds": {"sex": "text"}}, "sex")
EXCLUDE = advice("identifier", {"action": "exclude"}, "sex")
DUPLICATES = advice("duplicates", {"action": "drop_duplicates"})
MISSING = advice("mixed_types", {"action": "missing", "tokens": ["?"]}, "sex")


# --- Recipes and versions -------------------------------------------------------------


def test_change_without_runs_reads_the_same_row_again(
    user, told, django_capture_on_commit_callbacks
):
    dataset = DatasetFactory()

    with django_capture_on_commit_callbacks(execute=True):
        goal = recipes.change_recipe(dataset, user=user, options={"delimiter": ";"})

    assert goal.pk == dataset.pk
    dataset.refresh_from_db()
    assert dataset.state == DatasetState.WAITING
    # What the stored table was made with is said until there is another one.
    assert dataset.options == {}
    assert dataset.recipe["options"] == {"delimiter": ";"}
    assert told == [("profile_dataset", dataset.pk)]


def test_change_of_a_table_with_a_run_makes_a_new_version(user):
    run = RunFactory(dataset__kinds={"sex": "text"})
    dataset = run.dataset

    goal = recipes.change_recipe(dataset, user=user, options={"delimiter": ";"})

    dataset.refresh_from_db()
    assert (dataset.state, dataset.version) == (DatasetState.READY, 1)
    assert (goal.version, goal.original, goal.state) == (2, dataset, "waiting")
    assert (goal.options, goal.kinds) == ({"delimiter": ";"}, {"sex": "text"})
    assert goal.source.name == dataset.source.name
    assert not goal.table
    assert goal.created_by == user


def test_versions_are_counted_on_from_the_newest(user):
    first = RunFactory().dataset
    second = recipes.change_recipe(first, user=user, options={"delimiter": ";"})

    third = recipes.change_recipe(first, user=user, options={"delimiter": "|"})

    assert [v.pk for v in contents.versions(second)] == [third.pk, second.pk, first.pk]
    assert [v.version for v in contents.versions(third)] == [3, 2, 1]


def test_new_version_has_its_targets_looked_at_with_what_was_accepted(user):
    run = RunFactory()
    TargetProfile.objects.create(
        dataset=run.dataset, target="sex", state=JobState.READY, accepted=[EXCLUDE]
    )

    goal = recipes.change_recipe(run.dataset, user=user, kinds={"sex": "text"})

    [profile] = goal.target_profiles.all()
    assert (profile.state, profile.accepted) == (JobState.WAITING, [EXCLUDE])


def test_change_to_the_same_recipe_does_nothing(user, told):
    dataset = DatasetFactory(options={"delimiter": ";"})

    recipes.change_recipe(dataset, user=user, options={"delimiter": ";"})

    dataset.refresh_from_db()
    assert dataset.state == DatasetState.READY


@pytest.mark.parametrize("state", [DatasetState.WAITING, DatasetState.READING])
def test_change_while_the_table_is_read_is_refused(user, state):
    dataset = DatasetFactory(state=state)

    with pytest.raises(ValidationError, match="being read"):
        recipes.change_recipe(dataset, user=user, options={"delimiter": ";"})


def test_change_of_a_table_that_could_not_be_read_tries_again(user):
    dataset = DatasetFactory(state=DatasetState.FAILED, error="No.", attempts=3)

    recipes.change_recipe(dataset, user=user)

    dataset.refresh_from_db()
    assert (dataset.state, dataset.error, dataset.attempts) == ("waiting", "", 0)


def test_change_kinds_adds_and_takes_back(user):
    dataset = DatasetFactory(kinds={"sex": "text"})

    recipes.change_kinds(dataset, {"sex": None, "species": "identifier"}, user=user)

    dataset.refresh_from_db()
    assert dataset.recipe["kinds"] == {"species": "identifier"}


def test_change_kinds_of_no_column_is_refused(user):
    with pytest.raises(ValidationError, match="no column “wings”"):
        recipes.change_kinds(DatasetFactory(), {"wings": "text"}, user=user)


# --- The shared file ------------------------------------------------------------------


def two_versions(user):
    run = RunFactory(dataset__source=ContentFile(b"a\n1\n", name="a.csv"))
    run.phase = "finished"
    run.save()
    second = recipes.change_recipe(run.dataset, user=user, kinds={"sex": "text"})
    return run.dataset, second


@pytest.mark.parametrize("first_goes", [True, False])
def test_the_source_goes_with_its_last_version(
    user, first_goes, django_capture_on_commit_callbacks
):
    versions = two_versions(user)
    goes, stays = versions if first_goes else versions[::-1]
    name = stays.source.name

    with django_capture_on_commit_callbacks(execute=True):
        delete_dataset(goes)
    assert default_storage.exists(name)
    stays = Dataset.objects.get(pk=stays.pk)
    assert stays.original is None

    with django_capture_on_commit_callbacks(execute=True):
        delete_dataset(stays)
    assert not default_storage.exists(name)


def test_the_source_goes_with_its_project(user, django_capture_on_commit_callbacks):
    first, _ = two_versions(user)

    with django_capture_on_commit_callbacks(execute=True):
        first.project.delete()

    assert not default_storage.exists(first.source.name)


def test_the_next_version_stands_for_all_when_the_first_one_goes(user):
    first, second = two_versions(user)
    third = recipes.change_recipe(first, user=user, kinds={"sex": "category"})

    delete_dataset(first)

    third.refresh_from_db()
    assert third.original == second
    assert [v.pk for v in contents.versions(third)] == [third.pk, second.pk]
    [listed] = contents.newest(third.project.datasets.all())
    assert (listed.pk, listed.n_versions) == (third.pk, 2)


def test_project_lists_the_newest_version_with_the_runs_of_all(user):
    first, second = two_versions(user)
    other = DatasetFactory(project=first.project)

    listed = {
        d.pk: (d.n_versions, d.n_runs)
        for d in contents.newest(first.project.datasets.all())
    }

    assert listed == {second.pk: (2, 1), other.pk: (1, 0)}


def test_used_bytes_counts_a_shared_file_once(user):
    first, second = two_versions(user)
    Dataset.objects.filter(pk=first.pk).update(size_bytes=100, table_bytes=10)
    Dataset.objects.filter(pk=second.pk).update(size_bytes=100, table_bytes=20)

    assert contents.used_bytes(first.project) == 130


# --- Advice ---------------------------------------------------------------------------


def test_accepted_exclusion_is_remembered_and_changes_no_table(user):
    dataset = DatasetFactory(advice=[EXCLUDE])

    accept_advice(dataset, EXCLUDE["key"], user=user)

    dataset.refresh_from_db()
    assert dataset.state == DatasetState.READY
    assert [a["key"] for a in dataset.accepted] == [EXCLUDE["key"]]


@pytest.mark.parametrize(
    ("given", "part", "value"),
    [
        (KIND, "kinds", {"sex": "text"}),
        (DUPLICATES, "drop_duplicates", True),
        (MISSING, "options", {"missing": [*sorted(USUAL), "-", "?"]}),
    ],
)
def test_accepted_advice_changes_the_table_and_can_be_undone(user, given, part, value):
    dataset = DatasetFactory(advice=[given], reading={"missing_found": {"": 3, "-": 2}})
    before = dataset.recipe[part]

    accept_advice(dataset, given["key"], user=user)

    dataset.refresh_from_db()
    assert dataset.state == DatasetState.WAITING
    assert dataset.recipe[part] == value
    settled(dataset)

    undo_advice(dataset, given["key"], user=user)

    dataset.refresh_from_db()
    assert (dataset.recipe[part], dataset.accepted) == (before, [])


def settled(dataset):
    """Do what the worker does with the recipe; the advice is then not given any more."""
    recipe = dataset.recipe
    rows = Dataset.objects.filter(pk=dataset.pk)
    rows.update(state=DatasetState.READY, pending={}, advice=[], **recipe)
    dataset.refresh_from_db()


def test_undo_leaves_what_else_was_changed(user):
    dataset = DatasetFactory(
        kinds={"sex": "text", "species": "identifier"},
        accepted=[{**KIND, "undo": {"kinds": {"sex": None}}}],
    )

    undo_advice(dataset, KIND["key"], user=user)

    dataset.refresh_from_db()
    assert dataset.recipe["kinds"] == {"species": "identifier"}


def test_advice_for_a_table_with_a_run_goes_into_the_new_version(user):
    run = RunFactory(dataset__advice=[KIND])

    goal = accept_advice(run.dataset, KIND["key"], user=user)

    assert goal.version == 2
    assert [a["key"] for a in goal.accepted] == [KIND["key"]]
    assert Dataset.objects.get(pk=run.dataset.pk).accepted == []


def test_advice_about_a_target_is_kept_with_it(user):
    dataset = DatasetFactory()
    profile = TargetProfile.objects.create(
        dataset=dataset, target="species", advice=[EXCLUDE]
    )

    accept_advice(dataset, EXCLUDE["key"], user=user, target="species")

    profile.refresh_from_db()
    dataset.refresh_from_db()
    assert [a["key"] for a in profile.accepted] == [EXCLUDE["key"]]
    assert dataset.accepted == []


def test_advice_accepted_twice_is_accepted_once(user):
    dataset = DatasetFactory(advice=[EXCLUDE])

    accept_advice(dataset, EXCLUDE["key"], user=user)
    accept_advice(dataset, EXCLUDE["key"], user=user)

    dataset.refresh_from_db()
    assert len(dataset.accepted) == 1


@pytest.mark.parametrize("act", [accept_advice, undo_advice])
@pytest.mark.parametrize("target", ["", "species"])
def test_advice_that_is_not_there_is_refused(user, act, target):
    with pytest.raises(ValidationError, match="not given any more"):
        act(DatasetFactory(), "leak:x", user=user, target=target)


# --- Targets and previews -------------------------------------------------------------


def test_look_at_target_is_computed_once(told, django_capture_on_commit_callbacks):
    dataset = DatasetFactory()

    with django_capture_on_commit_callbacks(execute=True):
        profile = recipes.look_at_target(dataset, "sex")
        same = recipes.look_at_target(dataset, "sex")

    assert profile.pk == same.pk
    assert told == [("profile_target", profile.pk)]


def test_look_at_target_that_failed_is_tried_again(
    told, django_capture_on_commit_callbacks
):
    dataset = DatasetFactory()
    TargetProfile.objects.create(
        dataset=dataset, target="sex", state=JobState.FAILED, error="No.", attempts=3
    )

    with django_capture_on_commit_callbacks(execute=True):
        profile = recipes.look_at_target(dataset, "sex")

    assert (profile.state, profile.error, profile.attempts) == ("waiting", "", 0)
    assert told == [("profile_target", profile.pk)]


def test_look_at_target_of_no_column_is_refused():
    with pytest.raises(ValidationError, match="no column “wings”"):
        recipes.look_at_target(DatasetFactory(), "wings")


def test_try_reading_asks_once_for_the_same_settings(
    told, django_capture_on_commit_callbacks
):
    dataset = DatasetFactory()

    with django_capture_on_commit_callbacks(execute=True):
        first = recipes.try_reading(dataset, {"delimiter": ";", "header": True})
        same = recipes.try_reading(dataset, {"header": True, "delimiter": ";"})
        other = recipes.try_reading(dataset, {"delimiter": "|"})

    assert first.pk == same.pk != other.pk
    assert told == [("preview_reading", first.pk), ("preview_reading", other.pk)]


def test_try_reading_removes_old_previews(user):
    dataset = DatasetFactory()
    old = recipes.try_reading(dataset, {"delimiter": ";"})
    before = old.created_at - 2 * recipes.PREVIEW_AGE
    ReadingPreview.objects.update(created_at=before)

    new = recipes.try_reading(dataset, {"delimiter": "|"})

    assert [p.pk for p in ReadingPreview.objects.all()] == [new.pk]
