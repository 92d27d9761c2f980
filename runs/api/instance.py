"""The API itself: its document, and its answers as browsers may keep them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.http import conditional_page
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from runs.api.creating import HEADER
from runs.api.errors import add_handlers
from runs.api.pages import DocsPage
from runs.api.responses import CREATED_HEADERS, problem_schemas
from runs.api.security import SessionAuth, TokenAuth
from runs.api.throttling import MinuteThrottle

ABOUT = """JSON in, JSON out. A program sends a token of the page “API tokens” as
`Authorization: Bearer $TUNEBOARD_TOKEN`; a signed-in browser sends its session and, to
change something, the header `X-CSRFToken`. Errors are RFC 9457 problem details. Lists give
`next_cursor`: sent as `cursor` it asks for the next page. Answers to GET carry an `ETag`."""


def takes_key(operation: dict[str, Any]) -> bool:
    names = (parameter["name"] for parameter in operation["parameters"])
    return HEADER in names


class TuneboardAPI(NinjaAPI):
    """Ninja's API with our errors, document and conditional answers."""

    def __init__(self) -> None:
        super().__init__(
            title="Tuneboard",
            version="1",
            description=ABOUT.replace("\n", " "),
            urls_namespace="api",
            auth=[TokenAuth(), SessionAuth()],
            throttle=[MinuteThrottle()],
            docs=DocsPage(),
            docs_decorator=conditional_page,
        )
        add_handlers(self)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(
        self,
        *,
        path_prefix: str | None = None,
        path_params: dict[str, Any] | None = None,
    ) -> OpenAPISchema:
        found = super().get_openapi_schema(
            path_prefix=path_prefix, path_params=path_params
        )
        for operations in found["paths"].values():
            for operation in operations.values():
                words = operation["operationId"].replace("_", " ")
                operation["summary"] = words.capitalize()
                if takes_key(operation):
                    made = next(s for s in (201, 202) if s in operation["responses"])
                    operation["responses"][made]["headers"] = CREATED_HEADERS
        found["components"]["schemas"].update(problem_schemas())
        return found

    def create_response(
        self, request: HttpRequest, data: object, **more: Any
    ) -> HttpResponse:
        response = super().create_response(request, data, **more)
        if request.method != "GET" or response.status_code != 200:
            return response
        # An answer has its own hash: right whatever it was made of, and cheap beside it.
        set_response_etag(response)
        response["Cache-Control"] = "private, no-cache"
        etag = response["ETag"]
        found = get_conditional_response(request, etag=etag, response=response)
        return found or response
