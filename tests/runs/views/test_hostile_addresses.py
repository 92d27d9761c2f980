"""Whatever an address asks for, the answer is a page or a sentence."""

import pytest
from django.urls import reverse

from runs.enums import Phase
from tests.factories import (
    DatasetFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

OF_TRIALS = ["algorithm", "state", "trials", "value_min", "value_max", "number_min"]
ASKED = {
    "trials": [*OF_TRIALS, "order", "page", "per_page", "params", "param_max_depth"],
    "analysis": [*OF_TRIALS, "of", "x", "y", "seconds_max", "max_depth_min"],
    "analysis_data": ["since"],
    "analysis_readings": [*OF_TRIALS, "of", "x", "y"],
    "analysis_importance": ["of"],
    "compare": ["trials", "show"],
    "run": ["x", "sort", "trials", "folds"],
    "run_log": ["level", "text", "before"],
    "run_history": ["few"],
    "steer_add": ["from", "algorithm"],
}
OF_DATASET = ["from_run", "descent", "from_trial", "from_best", "preset", "target"]
VALUES = [
    *("-1", "nan", "\0<b>", "1,2,,x"),
    "9" * 5000,
    f"{'9' * 20}:{'9' * 20}",
    "[" * 20_000,
]


@pytest.fixture
def run(client):
    user = UserFactory()
    client.force_login(user)
    project = ProjectFactory(owner=user)
    run = RunFactory(dataset=DatasetFactory(project=project), phase=Phase.SEARCHING)
    for number in range(1, 4):
        TrialFactory(run=run, number=number)
    return run


def answered(client, address, asked):
    response = client.get(address, asked)
    if response.streaming:
        list(response.streaming_content)
    return response.status_code < 500


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value[:6]))
def test_no_value_in_an_address_is_an_error_of_the_server(client, run, value):
    client.raise_request_exception = False
    pages = [(reverse(f"runs:{n}", args=[run.pk]), k) for n, k in ASKED.items()]
    for kind in ("csv", "json"):
        export = reverse("runs:trials_export", args=[run.pk, kind])
        pages.append((export, [*ASKED["trials"], "columns"]))
        numbers = reverse(f"runs:analysis_{kind}", args=[run.pk, "slice"])
        pages.append((numbers, ASKED["analysis"]))
    new = reverse("runs:run_new", args=[run.dataset_id])
    pages.append((new, [*OF_DATASET, "n_splits", "spaces"]))

    failed = [
        (address, key)
        for address, keys in pages
        for key in keys
        # A run to begin with is looked for only by somebody who says what for.
        if not answered(client, address, {"descent": "clone", key: value})
    ]

    assert failed == []
