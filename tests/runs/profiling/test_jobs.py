"""Targets and previews: what workers compute of a table while a person waits."""

import pytest
from django.core.files.base import ContentFile

from runs.enums import DatasetState, JobState
from runs.models import ReadingPreview, TargetProfile
from runs.profiling import jobs, previews, tables, targets
from tests.factories import DatasetFactory

pytestmark = pytest.mark.django_db

ROWS = "".join(f"{i},{'ab'[i % 2]},{i % 7}\n" for i in range(80))
CSV = f"number,letter,week\n{ROWS}".encode()


@pytest.fixture
def dataset(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    made = DatasetFactory(
        filename="letters.csv",
        source=ContentFile(CSV, name="letters.csv"),
        state=DatasetState.WAITING,
        columns=[],
        preview={},
        reading={},
    )
    tables.describe(made.pk)
    made.refresh_from_db()
    return made


def test_target_is_described_with_advice(dataset):
    profile = TargetProfile.objects.create(dataset=dataset, target="letter")

    targets.describe(profile.pk)

    profile.refresh_from_db()
    assert (profile.state, profile.error) == (JobState.READY, "")
    assert profile.data["target"] == "letter"
    assert {c["name"] for c in profile.data["columns"]} == {"number", "week"}
    assert profile.lease_token == ""


def test_target_waits_while_its_table_is_read(dataset):
    profile = TargetProfile.objects.create(dataset=dataset, target="letter")
    type(dataset).objects.update(state=DatasetState.READING)

    targets.describe(profile.pk)

    profile.refresh_from_db()
    assert profile.state == JobState.WAITING
    assert targets.waiting() == []


def test_target_that_waits_is_told_of_once(dataset):
    profile = TargetProfile.objects.create(dataset=dataset, target="letter")

    assert targets.waiting() == [profile.pk]
    assert targets.waiting() == []


def test_target_after_an_unexpected_error_fails_and_logs_it(
    dataset, monkeypatch, caplog
):
    def broken(*args, **kwargs):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("runs.tables.profile.profile_target", broken)
    profile = TargetProfile.objects.create(dataset=dataset, target="letter")

    targets.describe(profile.pk)

    profile.refresh_from_db()
    assert (profile.state, profile.error) == (JobState.FAILED, targets.UNEXPECTED)
    assert "disk on fire" in caplog.text


def test_preview_has_rows_kinds_and_reading(dataset):
    preview = ReadingPreview.objects.create(
        dataset=dataset, key="k", options={"delimiter": ";"}
    )

    previews.read(preview.pk)

    preview.refresh_from_db()
    assert preview.state == JobState.READY
    assert len(preview.data["preview"]["columns"]) == 1
    assert preview.data["reading"]["delimiter"] == ";"


def test_preview_that_is_impossible_names_the_field(dataset):
    preview = ReadingPreview.objects.create(
        dataset=dataset, key="k", options={"encoding": "no-such"}
    )

    previews.read(preview.pk)

    preview.refresh_from_db()
    assert (preview.state, preview.field) == (JobState.FAILED, "encoding")
    assert preview.error


def test_preview_of_a_dead_worker_is_given_up_after_the_last_attempt(dataset, settings):
    preview = ReadingPreview.objects.create(
        dataset=dataset,
        key="k",
        state=JobState.WORKING,
        lease_token="x",
        lease_until=dataset.created_at,
        worker="elsewhere/1",
        attempts=settings.MAX_ATTEMPTS,
    )

    assert previews.waiting() == []

    preview.refresh_from_db()
    assert preview.state == JobState.FAILED
    assert "ended 3 times" in preview.error


def test_report_is_stored_when_the_step_changes_and_not_at_every_call(
    dataset, django_assert_num_queries
):
    rows = type(dataset).objects.filter(pk=dataset.pk)
    rows.update(lease_token="mine")
    report = jobs.reporter(rows, "mine")

    with django_assert_num_queries(2):
        for step in ("reading", "profile"):
            for done in range(50):
                report(step, done, 100)

    dataset.refresh_from_db()
    assert dataset.progress == {"step": "profile", "done": 0, "total": 100}
