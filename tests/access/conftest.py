"""A project with one of everything, and somebody of each role."""

import pytest

from tests.access.world import World
from tests.models_app.conftest import (  # noqa: F401 - fixtures of a real model
    _files,
    make_model,
    searched_run,
    table,
)


@pytest.fixture
def world(settings, make_model) -> World:  # noqa: F811
    # On a busy machine the model takes so long that its lease would be renewed, by a
    # thread that waits for the lock this test holds.
    settings.LEASE_SECONDS = 600
    return World.around(make_model())
