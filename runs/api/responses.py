"""What operations may answer besides what they are asked for, and common parameters."""

from typing import Any

from ninja import Field, Schema

from runs.api.creating import HEADER
from runs.api.paging import MOST
from runs.api.problems import KINDS, MEDIA_TYPE

# The largest key that databases have.
MAX_ID = 2**63 - 1


class FieldProblem(Schema):
    detail: str = Field(description="What is wrong, and the way out.")
    pointer: str | None = Field(
        None,
        description="Where in the document: a JSON Pointer, as `#/spaces/ridge/alpha`.",
    )
    parameter: str | None = Field(
        None, description="Or which parameter of the address, or which header."
    )


class Problem(Schema):
    """RFC 9457 problem details, sent as application/problem+json."""

    type: str = Field(
        description="Names the kind of problem; leads to its description."
    )
    title: str
    status: int
    detail: str = Field(description="What happened this time, in a sentence.")
    errors: list[FieldProblem] | None = None


ALWAYS = (401, 403, 429, 500)
# Where something is sent that can be wrong in itself.
SENT = (400, 409, 413, 415, 422)
RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer"}}


def answers(status: int, answer: Any, *others: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what an operation may answer, as arguments of its decorator.

    `others` are statuses of problems. Said in the document alone: as an answer of Ninja's
    each status of each operation would be a Pydantic model, some 200 to be made at start.
    """
    problems = {one: problem_answer(one) for one in sorted({*ALWAYS, *others})}
    return {
        "response": {status: answer},
        "openapi_extra": {"responses": problems, **more},
    }


def problem_answer(status: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": KINDS[status].title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    return found | ({"headers": {"Retry-After": RETRY_AFTER}} if status == 429 else {})


def problem_schemas() -> dict[str, Any]:
    """Return the schemas that problems are documented by."""
    found = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**found.pop("$defs"), "Problem": found}


class Paging(Schema):
    limit: int = Field(50, ge=1, le=MOST, description="Rows of a page.")
    cursor: str | None = Field(
        None, description="`next_cursor` of the page before; without it the first page."
    )


CREATED_HEADERS = {
    "Location": {
        "description": "Address of what was made.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "`true` where nothing was made: the same key came again.",
        "schema": {"type": "string"},
    },
}
IDEMPOTENCY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": (
        "Any text of your own: a request that is sent again with it within 24 hours "
        "creates nothing and gets the first answer."
    ),
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": "^[\\x20-\\x7E]+$",
    },
}


def body(
    schema: Any,  # noqa: ANN401
    *,
    media_type: str = "application/json",
    example: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return more of `answers`: what the document says of what creates something."""
    found = sends(schema, media_type=media_type, example=example)
    return found | {"parameters": [IDEMPOTENCY]}


def sends(
    schema: Any,  # noqa: ANN401
    *,
    media_type: str = "application/json",
    example: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the same of what changes something, and may well be sent twice."""
    if isinstance(schema, type) and issubclass(schema, Schema):
        schema = inlined(schema.model_json_schema())
    content = {"schema": schema} | ({"example": example} if example else {})
    return {"requestBody": {"content": {media_type: content}, "required": True}}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Put the schemas that one refers to into it: it stands in a document of its own."""
    named = schema.pop("$defs", {})

    def filled(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
        if isinstance(part, list):
            return [filled(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return filled(named[part["$ref"].rpartition("/")[2]])
        return {name: filled(one) for name, one in part.items()}

    found: dict[str, Any] = filled(schema)
    return found
