"""Each route, tried as each role: the answers are those of matrix.txt."""

import logging

import pytest
from django.core.cache import cache

from tests.access import matrix
from tests.access.requests import answer_of
from tests.access.routes import Route, admin_routes, api_routes, page_routes
from tests.access.world import ROLES

# What belongs to a project, whose addresses others must not be able to tell apart.
OBJECTS = {
    *("project_id", "dataset_id", "run_id", "model_id", "prediction_id"),
    *("preset_id", "preflight_id", "preview_id", "profile_id", "token_id"),
}


# Seconds on a machine of its own; a busy one takes its time.
@pytest.mark.timeout(300)
def test_each_route_answers_each_role_as_the_matrix_says(world, caplog):
    # A thousand refusals are what is asked for here, and no news.
    caplog.set_level(logging.CRITICAL, "django.request")
    cache.clear()
    routes = [*page_routes(world.values), *api_routes(), *admin_routes()]

    measured = {
        route: {role: answer_of(route, world.people[role], world) for role in ROLES}
        for route in routes
    }

    rows = [row for row in matrix.read(matrix.FILE.read_text()) if not is_socket(row)]
    found = [*matrix.differences(rows, measured), *told_to_strangers(measured)]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def is_socket(row: matrix.Row) -> bool:
    return row.route.method == "SOCKET"


def told_to_strangers(measured: dict[Route, matrix.Answers]) -> list[str]:
    """Return where somebody learns that an object of others is there."""
    found = []
    for route, answers in measured.items():
        if not OBJECTS.intersection(route.parameters):
            continue
        if answers["anonymous"] not in {"login", "401"}:
            found.append(
                f"{' '.join(route)}: anonymous gets {answers['anonymous']}, "
                "and must be sent to sign in."
            )
        if answers["stranger"] != "404":
            found.append(
                f"{' '.join(route)}: a stranger gets {answers['stranger']}, and must "
                "get 404. If a body is what is missing, add one to requests.py."
            )
    return found
