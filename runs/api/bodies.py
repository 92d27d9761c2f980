"""What callers send: JSON that can be stored, of a size that makes sense."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest
from ninja import Schema
from pydantic import ValidationError

from runs.api.problems import FieldError, ProblemError, invalid, pointer
from runs.forms.documents import MAX_BYTES
from runs.search.json_text import read_json

Shape = TypeVar("Shape", bound=Schema)


def wants(request: HttpRequest, media_type: str) -> None:
    """Raise a problem for a body of another type; none at all is for others to say."""
    if request.content_type != media_type:
        sent = request.content_type or "nothing"
        detail = f"The content type must be {media_type}, not {sent}."
        raise ProblemError(415, detail)


def json_body(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that was sent."""
    wants(request, "application/json")
    if len(request.body) > MAX_BYTES:
        raise ProblemError(413, f"At most {MAX_BYTES:,} bytes of JSON are read.")
    try:
        found = read_json(request.body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ProblemError(400, "The body is no UTF-8 text.") from None
    except ValueError as error:
        raise ProblemError(400, str(error)) from None
    if not isinstance(found, dict):
        detail = "The body must be one JSON object."
        raise invalid([FieldError(detail, pointer=pointer())])
    for path, text in texts(found):
        if not storable(text):
            detail = "A text holds a character that cannot be stored."
            raise invalid([FieldError(detail, pointer=pointer(*path))])
    return found


def texts(
    value: object, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every text of a document, names included, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            yield from texts(inner, (*path, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from texts(inner, (*path, at))


def storable(text: str) -> bool:
    """Tell whether databases take a text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def shaped(found: dict[str, Any], schema: type[Shape]) -> Shape:
    """Return a document as a schema has it, or raise a problem for each wrong field."""
    try:
        return schema.model_validate(found)
    except ValidationError as error:
        raise invalid(
            FieldError(f"{item['msg']}.", pointer=pointer(*item["loc"]))
            for item in error.errors(include_url=False, include_input=False)
        ) from None


def refuse_form_errors(form: forms.BaseForm) -> None:
    """Raise a problem for each field that the page's own form refuses."""
    errors = [
        FieldError(str(message), pointer=pointer(name))
        for name, messages in form.errors.items()
        for message in messages
    ]
    if errors:
        raise invalid(errors)
