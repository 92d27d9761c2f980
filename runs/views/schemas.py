"""What programs that write specifications need to know."""

from django.http import FileResponse
from django.views.decorators.http import require_GET

from runs.http import PageRequest
from runs.search.schema import PUBLISHED


@require_GET
def spaces(request: PageRequest) -> FileResponse:
    """Answer with the JSON Schema of search spaces; editors fetch it without a session."""
    return FileResponse(
        PUBLISHED.open("rb"), content_type="application/schema+json; charset=utf-8"
    )
