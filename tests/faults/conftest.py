"""An installation for tests that kill its processes: they come back by themselves."""

from collections.abc import Iterator

import pytest

from tests.installation import Installation, wait_for


@pytest.fixture(scope="session")
def shared_installation(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    with Installation.made(tmp_path_factory.mktemp("home")) as made:
        yield made.started()


@pytest.fixture
def installation(shared_installation: Installation) -> Installation:
    """Give the running product, recovered from what the test before did to it."""
    wait_for(shared_installation.is_healthy, seconds=60)
    return shared_installation
