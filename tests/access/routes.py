"""Every way into the product, as its own tables of routes tell it."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from automl_site.api import api
from runs.routing import websocket_urlpatterns

SOCKET = "SOCKET"
API = "api/v1/"
# A method no page knows: the answer names those it does.
UNKNOWN = "PROBE"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


class Route(NamedTuple):
    method: str
    address: str  # as it is declared, with its parameters

    @property
    def parameters(self) -> list[str]:
        return [a or b for a, b in PARAMETER.findall(self.address)]

    def path(self, values: dict[str, Any]) -> str:
        """Return the address with values in the place of its parameters."""
        filled = PARAMETER.sub(lambda m: str(values[m[1] or m[2]]), self.address)
        return "/" + filled.replace("^", "").replace("$", "")


def patterns(within: Any = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in (within or get_resolver()).url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, address)
        else:
            yield address, one


def api_routes() -> Iterator[Route]:
    """Yield the operations of the API's document."""
    for address, operations in api.get_openapi_schema()["paths"].items():
        typed = re.sub(r"\{(?:\w+:)?(\w+)\}", r"<\1>", address.removeprefix("/"))
        for method in operations:
            yield Route(method.upper(), typed)


def pages() -> Iterator[tuple[str, URLPattern]]:
    """Yield what is not in the API's document: pages, files, and the document itself."""
    known = {route.address for route in api_routes()}
    for address, pattern in patterns():
        if re.sub(r"<\w+:", "<", address) not in known:
            yield address, pattern


def admin_routes() -> Iterator[Route]:
    """Yield the administration's pages but its last resort, for each app and kind."""
    for address, _ in pages():
        if address.startswith("admin/") and "<url>" not in address:
            # One door for every method of a page: asked for is the lightest.
            known = "<app_label>" not in address
            yield Route("GET", address if known else "admin/runs/")


def page_routes(values: dict[str, Any]) -> Iterator[Route]:
    asking = Client()
    for address, pattern in pages():
        if address.startswith("admin/"):
            continue
        if address.startswith(API):
            yield Route("GET", address)
            continue
        route = Route(UNKNOWN, address)
        for method in methods(route, pattern, asking, route.path(values)):
            yield Route(method, address)


def methods(route: Route, pattern: URLPattern, asking: Client, path: str) -> list[str]:
    """Return what a view takes, as it says itself when asked for something else."""
    if hasattr(pattern.callback, "view_class"):
        return ["GET", "POST"]  # Django's own
    answer = asking.generic(UNKNOWN, path)
    assert answer.status_code == 405, (
        f"{route.address} takes any method: say which with require_GET, require_POST "
        "or require_http_methods, before login_required."
    )
    return sorted(set(re.split(r",\s*", answer["Allow"])) - {"HEAD", "OPTIONS"})


def socket_routes() -> list[Route]:
    return [Route(SOCKET, str(one.pattern)) for one in websocket_urlpatterns]
