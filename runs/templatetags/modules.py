"""Scripts that import others: named in the page's head, so that all are fetched at once."""

import re
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

IMPORTED = re.compile(
    r"""^(?:import|\} from|import .* from)\s+["'](\.[^"']+)["'];""", re.M
)


def imports(name: str) -> list[str]:
    """Return the modules that a static script imports, directly or by others."""
    found: dict[str, None] = {}
    left = [name]
    while left:
        module = left.pop(0)
        path = finders.find(module)
        if path is None:
            continue
        for other in IMPORTED.findall(Path(path).read_text("utf-8")):
            target = normpath(join(dirname(module), other))
            if target not in found:
                found[target] = None
                left.append(target)
    return list(found)


cached_imports = lru_cache(maxsize=64)(imports)


@register.simple_tag
def preload_imports(name: str) -> SafeString:
    """Write a link for each module `name` needs; without them each waits for the one before."""
    names = imports(name) if settings.DEBUG else cached_imports(name)
    links = ((static(module),) for module in names)
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', links)
