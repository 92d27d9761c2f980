"""The site's own handler answers as Django's does, without its changes of threads."""

import asyncio
import threading

import pytest
from asgiref.sync import iscoroutinefunction
from asgiref.testing import ApplicationCommunicator
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished, request_started
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.deprecation import MiddlewareMixin

from automl_site.handling import Handler
from runs.http import download


def plain(request):
    text = f"{request.method} {request.body.decode()} in {threading.get_ident()}"
    return HttpResponse(text)


def streamed(request):
    return download(
        request, iter([b"a,b\n", b"1,2\n"]), filename="x.csv", content_type="text/csv"
    )


def missing(request):
    raise Http404


urlpatterns = [
    path("plain", plain),
    path("streamed", streamed),
    path("missing", missing),
]


class Noting(MiddlewareMixin):
    """Adds the thread it works in."""

    def process_response(self, request, response):
        response["X-Thread"] = threading.get_ident()
        return response


@pytest.fixture(autouse=True)
def _site(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        *(f"{__name__}.Noting", "django.middleware.common.CommonMiddleware"),
        "whitenoise.middleware.WhiteNoiseMiddleware",
    ]
    settings.ALLOWED_HOSTS = ["127.0.0.1"]


def ask(handler, address):
    """Return status, headers and body of a request by ASGI."""

    async def talk():
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": address,
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "headers": [(b"host", b"127.0.0.1")],
        }
        talk = ApplicationCommunicator(handler, scope)
        await talk.send_input({"type": "http.request", "body": b"hello"})
        start = await talk.receive_output(20)
        parts = [await talk.receive_output(20)]
        while parts[-1].get("more_body"):
            parts.append(await talk.receive_output(20))
        await talk.wait(20)
        return start, b"".join(part.get("body", b"") for part in parts)

    start, body = asyncio.run(talk())
    return start["status"], dict(start["headers"]), body


@pytest.mark.parametrize("address", ["/plain", "/streamed", "/missing"])
def test_answers_are_those_of_djangos_handler(address):
    status, headers, body = ask(Handler(), address)
    expected = ask(ASGIHandler(), address)

    assert (status, set(headers)) == (expected[0], set(expected[1]))
    if address != "/plain":
        assert body == expected[2]
    else:
        assert body.startswith(b"POST hello in ")


def test_middlewares_and_view_work_in_one_thread_without_the_event_loop():
    handler = Handler()

    _, headers, body = ask(handler, "/plain")

    assert body.endswith(headers[b"X-Thread"])
    assert not iscoroutinefunction(handler._middleware_chain)
    assert iscoroutinefunction(ASGIHandler()._middleware_chain)


def test_thread_is_kept_for_the_next_request():
    handler = Handler()

    threads = {ask(handler, "/plain")[1][b"X-Thread"] for _ in range(3)}

    assert len(threads) == 1


@pytest.mark.parametrize("address", ["/plain", "/streamed"])
def test_signals_surround_each_request(address):
    told = []
    began, ended = lambda **_: told.append("began"), lambda **_: told.append("ended")
    request_started.connect(began)
    request_finished.connect(ended)
    try:
        ask(Handler(), address)
    finally:
        request_started.disconnect(began)
        request_finished.disconnect(ended)

    assert told == ["began", "ended"]
