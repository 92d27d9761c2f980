"""What the buttons of the algorithms' sections do to the values of the page.

Each takes what was sent and returns what is shown next, so that a page without
JavaScript does the same as one with it. Nothing that was typed is lost on the way, but
what a button is there to replace.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.http import QueryDict

from runs.addresses import whole_number
from runs.forms.space_fields import Fields, fields_of
from runs.forms.space_merging import Merged
from runs.forms.space_sections import (
    Section,
    opened_fields,
    prefix,
    put_fields,
    usual_space,
)
from runs.forms.space_values import text_of, texts_of
from runs.forms.spaces import as_text
from runs.search.converting import N_POINTS, points
from runs.search.estimator_defaults import defaults_of
from runs.search.parameters import Parameter, parameters_of
from runs.search.spaces import Conditional, FloatRange, IntRange, parse_space

MAX_POINTS = 100


class Page(NamedTuple):
    """The values of the page with their meaning; actions change `data`."""

    data: QueryDict
    merged: Merged
    ticked: list[str]

    def section(self, name: str) -> Section | None:
        return next((s for s in self.merged.sections if s.name == name), None)


def write_json(page: Page, spaces: dict[str, dict[str, object]]) -> None:
    """Put spaces into the JSON, as written by the server."""
    text = as_text(spaces)
    page.data["spaces"] = page.data["spaces_before"] = text


def keep_in_step(page: Page) -> None:
    """Let the JSON say what the fields say, unless somebody is writing in it."""
    if not page.merged.is_hand_written:
        write_json(page, page.merged.in_step(page.ticked))


def open_section(page: Page, section: Section, _: str) -> None:
    if not section.is_open:
        fields = page.merged.from_json(section)
        usual = opened_fields(section.usual)
        put_fields(page.data, section.name, usual if fields is None else fields)


def reset_section(page: Page, section: Section, _: str) -> None:
    put_fields(page.data, section.name, opened_fields(section.usual))


def reset_parameter(page: Page, section: Section, name: str) -> None:
    known = parameters_of(section.name, section.task)
    if name in known:
        fields = section.fields | {name: usual_fields(section, known[name])}
        put_fields(page.data, section.name, fields)


def drop_parameter(page: Page, section: Section, name: str) -> None:
    fields = {n: typed for n, typed in section.fields.items() if n != name}
    put_fields(page.data, section.name, fields)


def add_parameter(page: Page, section: Section, _: str) -> None:
    name = page.data.get(f"new:{section.name}", "")
    known = parameters_of(section.name, section.task)
    if name in known and name not in section.fields:
        fields = section.fields | {name: usual_fields(section, known[name])}
        put_fields(page.data, section.name, fields)


def list_points(page: Page, section: Section, name: str) -> None:
    """Make a list of a range: so many points of it, on its scale."""
    typed = section.fields.get(name)
    entry = section.entries.get(name)
    if typed is None or entry is None:
        return  # the range says at its own field what is wrong with it
    plain = {key: value for key, value in entry.items() if key != "when"}
    found = parse_space({name: plain}, algorithm=section.name)[name]
    if isinstance(found, IntRange | FloatRange):
        text = page.data.get(prefix(section.name, name) + "points", "")
        n = whole_number(text) or N_POINTS
        values = texts_of(points(found, max(1, min(n, MAX_POINTS))).choices)
        changed = typed._replace(kind="categorical", values=values, points="")
        put_fields(page.data, section.name, section.fields | {name: changed})


def usual_fields(section: Section, parameter: Parameter) -> Fields:
    """Return what a parameter is reset to, or begins with when it is added."""
    name = parameter.name
    other = usual_space(section.algorithm, section.task, listed=not section.listed)
    for space in (section.usual, other):
        if name in space:
            found = space[name]
            there = isinstance(found, Conditional) and found.parameter not in (
                {*section.fields, *section.usual}
            )
            return fields_of(found.distribution if there else found)  # type: ignore[union-attr]
    defaults = defaults_of(section.name, section.task)
    if name in defaults:
        return Fields("fixed", values=text_of(defaults[name]))
    if parameter.words:
        return Fields("fixed", values=text_of(parameter.words[0]))
    return Fields("fixed")  # to be filled in


SECTION_ACTIONS: dict[str, Callable[[Page, Section, str], None]] = {
    "open": open_section,
    "reset": reset_section,
    "reset-parameter": reset_parameter,
    "drop": drop_parameter,
    "add": add_parameter,
    "list": list_points,
}


def fields_from_json(page: Page) -> None:
    """Fill the opened sections from the JSON, and open those it names."""
    if page.merged.written is None:
        return  # the JSON says where it is wrong
    page.data["spaces_before"] = page.data.get("spaces", "")
    for section in page.merged.sections:
        if section.is_open or page.merged.has_json(section.name):
            fields = page.merged.from_json(section)
            if fields is not None:
                put_fields(page.data, section.name, fields)


def json_from_fields(page: Page) -> None:
    """Write all spaces as JSON, also those that are as usual."""
    write_json(page, page.merged.in_full(page.ticked))


PAGE_ACTIONS = {"fields": fields_from_json, "json": json_from_fields}


def act(page: Page, wish: str) -> bool:
    """Carry out `action:algorithm:parameter`; False for what is none of these."""
    action, _, rest = wish.partition(":")
    algorithm, _, parameter = rest.partition(":")
    if action in PAGE_ACTIONS:
        PAGE_ACTIONS[action](page)
        return True
    section = page.section(algorithm)
    if action not in SECTION_ACTIONS or section is None:
        return False
    SECTION_ACTIONS[action](page, section, parameter)
    return True
