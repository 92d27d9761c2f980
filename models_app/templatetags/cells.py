"""Cells of number tables as people read them."""

from django import template

from runs.templatetags.display import figures, parameter_text

register = template.Library()


@register.filter
def cell(value: object) -> str:
    """Return a count with separators, a measure with the digits that matter."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return figures(value)
    return "–" if value is None else str(value)


@register.filter
def setting(value: object) -> str:
    """Return a parameter's value as it is written in Python, numbers shortened."""
    return parameter_text(value)
