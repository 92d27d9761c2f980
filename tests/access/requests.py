"""How a route is asked for: parameters and bodies that get as far as the rule."""

from typing import Any

from django.db import transaction
from django.http.response import HttpResponseBase

from tests.access.routes import API, Route
from tests.access.world import Person, World

# Values of parameters that mean something else in another address.
VALUES: dict[str, dict[str, Any]] = {
    "models/<int:model_id>/export/<slug:kind>/": {"kind": "skops"},
    "models/<int:model_id>/compute/<slug:kind>/": {"kind": "diagnosis"},
    "models/<int:model_id>/<slug:kind>.csv": {"kind": "roc"},
    "runs/<int:run_id>/trials/export.<slug:kind>": {"kind": "csv"},
    "projects/<int:project_id>/models/compare/<slug:name>.csv": {"name": "metrics"},
    "api/v1/models/<model_id>/exports/<kind>/file": {"kind": "skops"},
    "api/v1/models/<model_id>/computations/<kind>": {"kind": "diagnosis"},
    "api/v1/models/<model_id>/artifacts/<kind>/file": {"kind": "skops"},
    "api/v1/models/<model_id>/artifacts/<kind>/csv": {"kind": "metrics"},
}
# Without these an address asks for nothing that there could be.
QUERIES: dict[str, str] = {
    "api/v1/runs/<run_id>/proposal": "?descent=clone",
    "api/v1/runs/<run_id>/trials/compare": "?numbers={number},{next}",
    "api/v1/runs/<run_id>/importance": "?algorithm={algorithm}",
}
# Sent as a form to pages and as JSON to the API; without one here, nothing is sent.
BODIES: dict[Route, dict[str, Any]] = {
    Route("POST", "projects/new/"): {"name": "Another"},
    Route("POST", "projects/<int:project_id>/edit/"): {"name": "Another"},
    Route("POST", "projects/<int:project_id>/members/"): {
        "username": "stranger",
        "role": "viewer",
    },
    Route("POST", "projects/<int:project_id>/members/<int:user_id>/"): {
        "role": "editor"
    },
    Route("POST", "accounts/tokens/"): {"name": "new", "scopes": "read", "days": "30"},
    Route("POST", "models/<int:model_id>/stage/"): {"stage": "champion"},
    Route("POST", "api/v1/projects"): {"name": "Another"},
    Route("PATCH", "api/v1/projects/<project_id>"): {"name": "Another"},
    Route("POST", "api/v1/projects/<project_id>/members"): {
        "username": "stranger",
        "role": "viewer",
    },
    Route("PATCH", "api/v1/projects/<project_id>/members/<user_id>"): {
        "role": "editor"
    },
    Route("PATCH", "api/v1/datasets/<dataset_id>"): {"name": "Another"},
    Route("POST", "api/v1/datasets/<dataset_id>/targets"): {"target": "likes"},
    Route("POST", "api/v1/datasets/<dataset_id>/preflight"): {
        "target": "likes",
        "algorithms": ["decision_tree"],
    },
    Route("POST", "api/v1/models/<model_id>/computations"): {"kind": "diagnosis"},
    Route("POST", "api/v1/models/<model_id>/exports"): {"kind": "skops"},
    Route("PUT", "api/v1/models/<model_id>/stage"): {"stage": "champion"},
    Route("POST", "api/v1/datasets/<dataset_id>/reading/tries"): {"options": {}},
    Route("POST", "api/v1/projects/<project_id>/samples"): {"sample": "penguins"},
    Route("POST", "api/v1/projects/<project_id>/presets"): {
        "name": "Another",
        "specification": {"cv": 3},
    },
    Route("PATCH", "api/v1/presets/<preset_id>"): {"name": "Another"},
    Route("POST", "api/v1/datasets/<dataset_id>/runs"): {
        "target": "likes",
        "algorithms": ["random_forest"],
    },
}
# The same, but forms with files also in the API; values as in `World.values`.
FORMS: dict[Route, dict[str, str]] = {
    Route("POST", "api/v1/datasets"): {"project": "{project_id}"},
}
OF_ADMIN = {"object_id": "1", "id": "1", "content_type_id": "1"}


def values_of(route: Route, world: World) -> dict[str, Any]:
    known = world.values | VALUES.get(route.address, {})
    if route.address.startswith("admin/"):
        known = known | OF_ADMIN
    unknown = [name for name in route.parameters if name not in known]
    assert not unknown, (
        f"{route.address}: no value for {', '.join(unknown)}. Make the object in "
        "tests/access/world.py and name it there in `values`."
    )
    return known


def answer_of(route: Route, person: Person, world: World) -> str:
    """Return what somebody is answered; whatever the request has done is undone."""
    with transaction.atomic():
        response = ask(route, person, world)
        told = summary(response)
        if response.streaming:
            list(response.streaming_content)  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    return told


def ask(route: Route, person: Person, world: World) -> HttpResponseBase:
    values = values_of(route, world)
    query = QUERIES.get(route.address, "").format(
        **values, next=world.values["number"] + 1
    )
    path = route.path(values) + query
    form = {k: v.format(**world.values) for k, v in FORMS.get(route, {}).items()}
    send: dict[str, Any] = {"data": form or BODIES.get(route, {})}
    by_token = route.address.startswith(API)
    client = person.client(session=not by_token)
    if by_token:
        send["headers"] = person.bearer
        if route.method != "GET" and not form:
            send["content_type"] = "application/json"
    return getattr(client, route.method.lower())(path, **send)


def summary(response: HttpResponseBase) -> str:
    """Return the status, or `login` for the way to it."""
    to = response.headers.get("Location", "")
    if response.status_code == 302 and to.split("?")[0].endswith("/login/"):
        return "login"
    return str(response.status_code)
