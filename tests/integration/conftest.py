"""One installation for all tests that only use it, on either database."""

from collections.abc import Iterator

import pytest

from tests.installation import Installation


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture(scope="session")
def installation(
    database_url: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Give the running product; the whole session shares it, so leave it running."""
    environment = {"DATABASE_URL": database_url} if database_url else {}
    with Installation.made(tmp_path_factory.mktemp("home"), **environment) as made:
        yield made.started()
