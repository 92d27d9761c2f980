"""The API as a page: made of its own document, without a script of somebody else's."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja.openapi.docs import DocsBase

from runs.api.problems import KINDS
from runs.calls import curl

if TYPE_CHECKING:
    from ninja import NinjaAPI

# Stands for whatever an example of a path has to name.
EXAMPLE_ID = "1"
FORMATS = {"binary": "file", "date-time": "date and time"}


class Field(NamedTuple):
    name: str
    type: str
    is_required: bool
    description: str
    where: str = ""


class Answer(NamedTuple):
    status: str
    text: str
    schema: str


class Operation(NamedTuple):
    id: str
    method: str
    path: str
    summary: str
    paragraphs: list[str]
    parameters: list[Field]
    body: list[Field]
    body_type: str
    answers: list[Answer]
    call: str


class Group(NamedTuple):
    name: str
    operations: list[Operation]


class DocsPage(DocsBase):
    def render_page(
        self, request: HttpRequest, api: "NinjaAPI", **kwargs: Any
    ) -> HttpResponse:
        document = api.get_openapi_schema(path_params=kwargs)
        context = {
            "about": api.description,
            "groups": groups_of(document, request.build_absolute_uri("/")[:-1]),
            "schemas": schemas_of(document),
            "problems": KINDS.items(),
            "openapi_url": self.get_openapi_url(api, kwargs),
        }
        return render(request, "runs/api.html", context)


def groups_of(document: dict[str, Any], origin: str) -> list[Group]:
    """Return the operations by what they are about, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method, details in operations.items():
            one = operation_of(method.upper(), path, details, origin)
            found.setdefault(details["tags"][0], []).append(one)
    return [Group(name, operations) for name, operations in found.items()]


def operation_of(
    method: str, path: str, details: dict[str, Any], origin: str
) -> Operation:
    request: dict[str, Any] = details.get("requestBody") or {"content": {"": {}}}
    media_type, body = next(iter(request["content"].items()))
    fields = fields_of(body.get("schema", {}))
    return Operation(
        id=details["operationId"],
        method=method,
        path=path,
        summary=details["summary"],
        paragraphs=details.get("description", "").strip().split("\n\n"),
        parameters=[parameter_of(one) for one in details["parameters"]],
        body=fields,
        body_type=media_type,
        answers=[answer_of(str(s), one) for s, one in details["responses"].items()],
        call=call_of(method, origin + path, media_type, fields),
    )


def call_of(method: str, url: str, media_type: str, fields: list[Field]) -> str:
    start, *rest = url.split("{")
    url = start + "".join(EXAMPLE_ID + part.partition("}")[2] for part in rest)
    if media_type == "multipart/form-data":
        values = {"file": "@table.csv"}
        needed = [
            f"{f.name}={values.get(f.name, EXAMPLE_ID)}"
            for f in fields
            if f.is_required
        ]
        return curl(method, url, fields=needed)
    document = "body.json" if media_type else ""
    return curl(method, url, document=document)


def parameter_of(one: dict[str, Any]) -> Field:
    return Field(
        one["name"],
        type_of(one["schema"]),
        one["required"],
        one.get("description", ""),
        one["in"],
    )


def answer_of(status: str, one: dict[str, Any]) -> Answer:
    content: dict[str, Any] = next(iter(one.get("content", {}).values()), {})
    kind = KINDS.get(int(status))
    text = kind.title if kind else one["description"]
    schema = content.get("schema", {})
    return Answer(status, text, type_of(schema) if "$ref" in schema else "")


def fields_of(schema: dict[str, Any]) -> list[Field]:
    needed = schema.get("required", [])
    return [
        Field(name, type_of(one), name in needed, one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]


def schemas_of(document: dict[str, Any]) -> Iterator[tuple[str, list[Field]]]:
    """Yield what is answered; what is asked stands at its operation."""
    for name, schema in sorted(document["components"]["schemas"].items()):
        if not name.endswith(("Query", "Paging")) and (fields := fields_of(schema)):
            yield name, fields


def type_of(schema: dict[str, Any]) -> str:
    """Return a type in words: `integer or null`, `list of TrialOut`."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if words := schema.get("enum"):
        return ", ".join(str(word) for word in words if word is not None)
    if options := schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(type_of(option) for option in options)
    kinds = schema.get("type", "")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return " or ".join(kind_of(kind, schema) for kind in kinds)


def kind_of(kind: str, schema: dict[str, Any]) -> str:
    if kind == "array":
        inner = type_of(schema.get("items", {}))
        return f"list of {inner}" if inner else "list"
    return FORMATS.get(schema.get("format", ""), kind)
