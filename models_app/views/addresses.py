"""Addresses that forms of htmx leave in the address bar."""

from django.http import HttpResponse

from runs.http import PageRequest


def with_address(request: PageRequest, answer: HttpResponse) -> HttpResponse:
    """Have htmx show the request's address without the fields that were left empty."""
    query = request.GET.copy()
    for name in list(query):
        query.setlist(name, [value for value in query.getlist(name) if value])
    text = query.urlencode(safe=",")
    answer["HX-Push-Url"] = f"{request.path}?{text}" if text else request.path
    return answer
