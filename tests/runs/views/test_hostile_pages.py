"""Whatever an address of a project's pages asks for is answered by a page."""

import pytest

from tests.factories import ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db

VALUES = [
    "-1",
    "NaN",
    "1e999",
    "\0",
    "[{",
    "' OR 1",
    "../..",
    "%",
    "9" * 400,
    "é" * 500,
]
PAGES = {
    "": ["page"],
    "audit/": [
        "person",
        "actor",
        "action",
        "kind",
        "before",
        "after",
        "cursor",
        "page",
    ],
    "audit.csv": ["person", "actor", "action", "kind"],
    "models/": ["target", "dataset", "run", "algorithm", "stage", "order", "page"],
    "models/compare/": ["models", "on", "threshold", "metric", "cost_fn"],
}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value[:10]))
def test_no_value_is_an_error_of_the_server(client, value):
    owner = UserFactory()
    address = f"/projects/{ProjectFactory(owner=owner).pk}/"
    client.force_login(owner)
    client.raise_request_exception = False

    failed = []
    for page, names in PAGES.items():
        for name in names:
            answer = client.get(f"{address}{page}", {name: value})
            if answer.streaming:
                list(answer.streaming_content)
            if answer.status_code >= 500:
                failed.append((page, name))

    assert failed == []
