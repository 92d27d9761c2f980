"""A model that is really fitted, and callers of the API by their role in its project."""

import pytest

from runs.enums import Phase
from tests.factories import ModelMetaFactory, ProjectFactory, RunFactory, add_member
from tests.models_app.inference.test_client import broker, serve  # noqa: F401
from tests.runs.api.conftest import (  # noqa: F401
    Caller,
    editor,
    fresh_counts,
    nobody,
    stranger,
    viewer,
)


@pytest.fixture
def fitted(make_model, editor, viewer):  # noqa: F811
    """Return a function that makes a model in a project of the callers."""

    def make(task="binary", **more):
        model = make_model(task, **more)
        add_member(model.run.project, editor.user, "editor")
        add_member(model.run.project, viewer.user, "viewer")
        return model

    return make


@pytest.fixture
def model(fitted):
    return fitted()


@pytest.fixture
def listed(editor, viewer):  # noqa: F811
    """Return a model of a run that has ended, as the database has it: without files."""
    project = ProjectFactory(editor=editor.user, viewer=viewer.user)
    run = RunFactory(dataset__project=project, phase=Phase.FINISHED)
    return ModelMetaFactory(trial__run=run)
