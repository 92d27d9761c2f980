"""A client of the running product; what uses it runs in the stage of integration."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from tuneboard_client import Client, Dataset, Model, Project, Run

from tests.installation import REPOSITORY, Installation, post

HERE = Path(__file__).parent
PENGUINS = REPOSITORY / "runs" / "samples" / "penguins.csv"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and "server" in item.fixturenames:
            item.add_marker("integration")
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    # Many small requests in a short time.
    environment = {"API_REQUESTS_A_MINUTE": "100000"}
    home = tmp_path_factory.mktemp("client")
    with Installation.made(home, **environment) as made:
        yield made.started()


@pytest.fixture(scope="session")
def token(server: Installation) -> str:
    form = {"name": "client", "scopes": ["read", "write"], "days": "7"}
    with server.client() as browser:
        page = post(browser, "/accounts/tokens/", **form).text
    return re.search(r'id="secret">(tb_[\w-]+)<', page)[1]


@pytest.fixture(scope="session")
def client(server: Installation, token: str) -> Iterator[Client]:
    with Client(server.base_url, token) as made:
        yield made


@pytest.fixture(scope="session")
def penguins() -> pd.DataFrame:
    return pd.read_csv(PENGUINS)


@pytest.fixture(scope="session")
def project(client: Client) -> Project:
    return client.create_project("Penguins")


@pytest.fixture(scope="session")
def dataset(project: Project) -> Dataset:
    return project.upload(PENGUINS)


@pytest.fixture(scope="session")
def run(dataset: Dataset) -> Run:
    """Give a run that has ended."""
    document = dataset.configure(
        "species",
        algorithms={
            "logistic_regression": {"C": [0.1, 1.0]},
            "random_forest": {"max_depth": [2], "n_estimators": [20]},
        },
        strategy="grid",
        metric="accuracy",
        cv=3,
        ensemble=False,
    )
    return dataset.start(document).wait(progress=False, timeout=120)


@pytest.fixture(scope="session")
def model(run: Run) -> Model:
    return run.best_model()
