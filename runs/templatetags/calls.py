"""The API beside what a page does."""

import re
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from runs.calls import DOCUMENT, curl
from runs.models import Dataset

register = template.Library()
MARKED = re.compile(r"`([^`]+)`")


@register.filter
def with_code(text: str) -> SafeString:
    """Return a text whose words in backticks are code; all else is escaped."""
    marked = MARKED.sub(r"<code>\1</code>", conditional_escape(text))
    return mark_safe(marked)  # noqa: S308 - escaped above


@register.simple_tag(takes_context=True)
def start_call(context: dict[str, Any], dataset: Dataset) -> str:
    """Return the call that starts a run of the document shown beside it."""
    path = reverse("api:start_run", args=[dataset.pk])
    url = context["request"].build_absolute_uri(path)
    return curl("POST", url, document=DOCUMENT)
