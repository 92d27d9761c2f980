"""Fixtures of all tests; those that start servers cost nothing until they are used."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.installation import Installation
from tests.postgres import Postgres

KINDS = ("integration", "faults", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder; those that start processes have more time."""
    here = Path(__file__).parent
    for item in items:
        if not item.path.is_relative_to(here):
            continue
        folder = item.path.relative_to(here).parts[0]
        if folder in KINDS:
            item.add_marker(folder)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a real PostgreSQL server, which makes databases."""
    with Postgres.started() as server:
        yield server


@pytest.fixture
def new_installation(tmp_path: Path) -> Iterator:
    """Give a function that makes installations; they are stopped after the test."""
    with ExitStack() as stack:

        def new(home: Path = tmp_path / "home", **environment: str) -> Installation:
            return stack.enter_context(Installation.made(home, **environment))

        yield new
