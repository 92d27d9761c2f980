"""Stored files as answers, each with a version that tells whether it has changed."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from runs.api.responses import answers

BINARY = "application/octet-stream"


def conditional(
    request: HttpRequest, version: str, make: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Answer with what `make` returns, or with an empty 304 if the caller has it.

    `version` names everything the answer is made of, so that it need not be made to know.
    """
    etag = quote_etag(sha256(version.encode()).hexdigest())
    response = get_conditional_response(request, etag=etag) or make()
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def stored_file(
    request: HttpRequest,
    file: FieldFile,
    *,
    filename: str,
    version: str = "",
    content_type: str = BINARY,
    on_send: Callable[[], None] = lambda: None,
) -> HttpResponseBase:
    """Answer with a stored file; its name is never used twice, so it is a version.

    `on_send` is called where the file is sent: not for whoever has it already.
    """

    def send() -> FileResponse:
        response = FileResponse(
            file.open("rb"),
            as_attachment=True,
            filename=filename,
            content_type=content_type,
        )
        on_send()
        return response

    return conditional(request, version or str(file.name), send)


def sends_file(
    *others: int, media_types: tuple[str, ...] = (BINARY,)
) -> dict[str, Any]:
    """Return what an operation that sends a file may answer; see `answers`."""
    found = answers(200, None, 404, *others)
    schema = {"type": "string", "format": "binary"}
    found["openapi_extra"]["responses"][200] = {
        "description": "The file.",
        "content": {name: {"schema": schema} for name in media_types},
    }
    return found
