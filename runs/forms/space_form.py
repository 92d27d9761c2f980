"""The part of the configure form that says which algorithms try which values."""

from functools import cached_property
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from runs.enums import Strategy
from runs.forms.first import Row, combinations_of, read_rows
from runs.forms.space_merging import Merged
from runs.forms.space_sections import Section, made_for
from runs.forms.spaces import SpacesField
from runs.models import Dataset
from runs.search.algorithms import Algorithm
from runs.search.problem import TaskType


class AlgorithmChoice(NamedTuple):
    """An algorithm to tick, with what it would try."""

    widget: object
    algorithm: Algorithm
    section: Section
    is_slow: bool  # on a table of this size


class SpaceForm(forms.Form):
    """Algorithms, their spaces as fields and as JSON, and combinations to try first."""

    algorithms = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one algorithm."},
    )
    spaces = SpacesField(
        required=False,
        label="Spaces as JSON",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=(
            "In place of an algorithm's own values, for example "
            "<code>{&quot;random_forest&quot;: {&quot;max_depth&quot;: [4, 8, null]}}"
            "</code>. The form is that of a specification; "
            '<a href="/schemas/spaces.json">its JSON Schema</a> names all parameters.'
        ),
    )
    dataset: Dataset
    task_type: TaskType
    available: list[Algorithm]

    def opened(self) -> QueryDict:
        """Return what would be sent if nothing were changed."""
        raise NotImplementedError

    def raw(self, name: str) -> str:
        """Return a value as it was sent, or the one the form opens with."""
        value = self.data.get(name) if self.is_bound else self.initial.get(name)
        return str(value or "")

    @property
    def chosen_strategy(self) -> str:
        return self.raw("strategy") or Strategy.GRID

    @cached_property
    def merged(self) -> Merged:
        """What was typed of the spaces, in the sections and as JSON."""
        return Merged(
            self.data,
            self.available,
            task=self.task_type,
            strategy=self.chosen_strategy,
            text=self.raw("spaces"),
            before=self.data.get("spaces_before", None if self.is_bound else ""),
        )

    @cached_property
    def first_rows(self) -> list[Row]:
        """The combinations to try first."""
        return read_rows(self.data if self.is_bound else self.opened(), self.task_type)

    def check_typed(self, cleaned: dict[str, Any]) -> None:
        """Take the spaces from where they were typed, and say what is wrong there."""
        names = cleaned["algorithms"]
        for message in self.merged.unticked(cleaned["spaces"] or {}, names):
            self.add_error("spaces", message)
        cleaned["spaces"], wrong = self.merged.spaces(names)
        for message in wrong:
            self.add_error("algorithms", message)
        for row in self.first_rows:
            for message in row.errors:
                self.add_error(None, f"To try first: {message}")
        cleaned["enqueued"] = combinations_of(self.first_rows)

    @property
    def spaces_before(self) -> str:
        """The JSON as the server last wrote it."""
        return (
            self.data.get("spaces_before", "") if self.is_bound else self.raw("spaces")
        )

    @property
    def first_algorithm(self) -> str:
        return str(self.data.get("first_algorithm", ""))

    @property
    def first_run(self) -> str:
        return str(self.data.get("first_run", ""))

    @property
    def first_n(self) -> str:
        return str(self.data.get("first_n", "3"))

    @property
    def made_for(self) -> str:
        return made_for(self.chosen_strategy, self.task_type)

    def algorithm_choices(self) -> list[AlgorithmChoice]:
        return [
            AlgorithmChoice(
                widget,
                section.algorithm,
                section,
                not section.algorithm.proposed(self.dataset.n_rows or 0),
            )
            for widget, section in zip(
                self["algorithms"], self.merged.sections, strict=True
            )
        ]
