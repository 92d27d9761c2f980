"""Whatever an address or a request of a model's pages asks for is answered by a sentence."""

import pytest
from django.urls import reverse

from models_app import computing, evaluating, fitting, services
from models_app.enums import ComputationKind
from runs.enums import Phase
from tests.factories import UserFactory
from tests.models_app.conftest import LINEAR, TREE

pytestmark = pytest.mark.django_db

TABS = {
    "evaluation": ["cells", "bins", "gain", "threshold", "costs", "by", "width"],
    "diagnosis": ["metric", "column", "measure"],
    "explanation": ["class", "column", "colour", "color", "pair", "row"],
    "what_if": ["row", "column", "class"],
    "predict": ["page"],
    "export": ["page"],
    "stages": ["page"],
}
BOARD = ["target", "dataset", "algorithm", "stage", "run", "sort", "page"]
COMPARED = [
    *("metric", "threshold", "class", "false_positive", "false_negative"),
    *("true_positive", "true_negative", "costs"),
]
VALUES = [
    *("-1", "nan", "inf", "1e999", "\0<b>", "1,2,,x", "length"),
    "9" * 5000,
    "[" * 20_000,
]
BODIES = [
    *("", "[", "null", "[" * 20_000, '{"rows": [[]]}', '{"rows": [{"weight": 1e999}]}'),
    '{"rows": [{"weight": {}, "colour": [], "length": true}]}',
    '{"rows": [{"weight": "\\u0000", "colour": "", "length": "NaN"}]}',
]


@pytest.fixture(params=["binary", "regression"])
def models(request, make_models, client):
    """Two models of a run, with all that workers compute, and their owner signed in."""
    task = request.param
    run = make_models(task)
    user = UserFactory()
    run.project.memberships.create(user=user, role="owner")
    client.force_login(user)
    return list(run.models.order_by("pk"))


@pytest.fixture
def make_models(searched_run):
    def make(task):
        run = searched_run(task, algorithms=[LINEAR[task], TREE])
        services.advance_models(run)
        for model in run.models.all():
            fitting.refit_model(model.pk)
            evaluating.evaluate_model(model.pk)
        run.phase = Phase.FINISHED
        run.save()
        first = run.models.order_by("pk").first()
        for kind in (ComputationKind.EXPLANATION, ComputationKind.DIAGNOSIS):
            computation = services.request_computation(first, kind, user=None)
            computing.compute(computation.pk)
            computation.refresh_from_db()
            assert computation.error == ""
        return run

    return make


def status_of(client, address, asked):
    response = client.get(address, asked)
    if response.streaming:
        list(response.streaming_content)
    return response.status_code


def test_no_value_in_an_address_is_an_error_of_the_server(client, models):
    client.raise_request_exception = False
    first, project = models[0], models[0].run.project
    both = ",".join(str(model.pk) for model in models)
    tabs = [(reverse(f"models_app:{t}", args=[first.pk]), k) for t, k in TABS.items()]
    board = (reverse("models_app:leaderboard", args=[project.pk]), BOARD)
    compared = reverse("models_app:compare_models", args=[project.pk])
    asked = [
        (address, dict.fromkeys(keys, value))
        for address, keys in [*tabs, board]
        for value in VALUES
    ]
    # One wrong wish is told and the others are not looked at: each by itself.
    asked += [
        (compared, {"models": both, key: value}) for key in COMPARED for value in VALUES
    ]

    failed = [
        (address, wish)
        for address, wish in asked
        # Without an inference service a page says that there is none.
        if status_of(client, address, wish) not in {200, 404, 422, 503}
    ]

    assert failed == []


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:30]))
def test_no_rows_of_json_are_an_error_of_the_server(client, make_model, body):
    client.raise_request_exception = False
    model, user = make_model(), UserFactory()
    model.run.project.memberships.create(user=user, role="owner")
    client.force_login(user)
    address = reverse("models_app:predict_json", args=[model.pk])

    response = client.post(address, body, content_type="application/json")

    assert response.status_code in {200, 400, 422}, response.content[:300]
