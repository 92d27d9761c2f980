"""How forms look: every widget carries the class its kind has in Tabler's CSS."""

from typing import Any

from django.forms import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import Widget

# By the widget's input type; whatever else takes a value looks like a text input.
CLASSES = {
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "select": "form-select",
    "hidden": "",
}


class StyledField(BoundField):
    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: Widget | None = None
    ) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        kind = getattr(widget, "input_type", "text") or "text"
        own = widget.attrs.get("class", "")
        invalid = "is-invalid" if "aria-invalid" in attrs else ""
        names = f"{CLASSES.get(kind, 'form-control')} {invalid} {own}".split()
        return {**attrs, "class": " ".join(names)} if names else attrs


class FormRenderer(DjangoTemplates):
    bound_field_class = StyledField
