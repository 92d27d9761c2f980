from pathlib import Path

import pytest

from runs import execution, lifecycle
from tests.factories import DatasetFactory

pytestmark = pytest.mark.django_db


def searched(searchable_run):
    run = searchable_run(spaces={"logistic_regression": {"C": [1.0]}}, n_planned=1)
    lifecycle.advance(run.pk)
    execution.prepare(run.pk)
    for unit in lifecycle.advance(run.pk).units:
        execution.evaluate_unit(run.pk, unit)
    return run


def test_deleting_a_project_removes_tables_and_prepared_folds(
    searchable_run, django_capture_on_commit_callbacks
):
    dataset = searched(searchable_run).dataset
    table = Path(dataset.table.path)
    assert any(dataset.folds_dir.rglob("*.npy"))

    with django_capture_on_commit_callbacks(execute=True):
        dataset.project.delete()

    assert not dataset.folds_dir.exists()
    assert not table.exists()


def test_folds_stay_while_another_dataset_has_the_same_content(
    searchable_run, django_capture_on_commit_callbacks
):
    dataset = searched(searchable_run).dataset
    DatasetFactory(content_hash=dataset.content_hash)

    with django_capture_on_commit_callbacks(execute=True):
        dataset.delete()

    assert any(dataset.folds_dir.rglob("*.npy"))
