"""The request as views see it: signed in, possibly by htmx."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """A request that has passed `login_required` and the htmx middleware."""

    htmx: HtmxDetails
    user: User


def wants_fragment(request: PageRequest) -> bool:
    """Tell whether htmx asks for a part of the page, not for a visit of the whole."""
    htmx = request.htmx
    # Going back to a page that htmx no longer remembers asks for the whole of it.
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request
