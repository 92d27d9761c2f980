"""Filters of the trials table, one or two for each column, made for a run."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django_filters as df
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from runs.enums import BASELINE, BESIDES, Origin, TrialState
from runs.models import Run, Trial
from runs.queries import algorithm_title
from runs.search.parameters import Value
from runs.trials.columns import MEGABYTE, TrialColumn
from runs.trials.selection import chosen

# "max_depth=5" is looked for as `"max_depth":5`.
PAIR = re.compile(r"^([A-Za-z_]\w*)\s*[=:]\s*(.+)$")
SAMPLER = "sampler"  # a choice needs a name, and the sampler's is empty


class Bound(df.NumberFilter):  # type: ignore[misc]
    """At least, or at most, a number as people read it."""

    def __init__(self, column: TrialColumn, *, least: bool, **more: Any) -> None:
        super().__init__(**more)
        self.column, self.least = column, least

    def filter(self, qs: QuerySet[Trial], value: Decimal | None) -> QuerySet[Trial]:
        if value is None:
            return qs
        return bounded(qs, self.column, self.stored(float(value)), least=self.least)

    def stored(self, value: float) -> Any:  # noqa: ANN401
        if self.column.name == "duration":
            return timedelta(seconds=min(max(value, -1e9), 1e9))
        if self.column.kind == "megabytes":
            return value * MEGABYTE
        return -value if self.column.turned else value


class Moment(df.DateTimeFilter):  # type: ignore[misc]
    """Not before, or not after, a moment."""

    def __init__(self, column: TrialColumn, *, least: bool, **more: Any) -> None:
        super().__init__(**more)
        self.column, self.least = column, least

    def filter(self, qs: QuerySet[Trial], value: object) -> QuerySet[Trial]:
        if value in (None, ""):
            return qs
        return bounded(qs, self.column, value, least=self.least)


def bounded(
    trials: QuerySet[Trial],
    column: TrialColumn,
    value: Any,  # noqa: ANN401
    *,
    least: bool,
) -> QuerySet[Trial]:
    lookup = "gte" if least is not column.turned else "lte"
    alias = f"at_{column.name}"
    return trials.alias(**{alias: column.expression}).filter(
        **{f"{alias}__{lookup}": value}
    )


class Words(df.MultipleChoiceFilter):  # type: ignore[misc]
    """A parameter that is one of some words: None, True, sqrt."""

    def __init__(self, column: TrialColumn, **more: Any) -> None:
        super().__init__(**more)
        self.column = column

    def filter(self, qs: QuerySet[Trial], value: Sequence[str]) -> QuerySet[Trial]:
        if not value:
            return qs
        wanted = [json.dumps(w) for w in self.column.choices if str(w) in value]
        alias = f"text_{self.column.name}"
        return qs.alias(**{alias: self.column.second}).filter(
            **{f"{alias}__in": wanted}
        )


class Search(df.CharFilter):  # type: ignore[misc]
    """Words that all have to be in a trial's parameters or in why it failed."""

    def filter(self, qs: QuerySet[Trial], value: str) -> QuerySet[Trial]:
        for word in re.sub(r"\s*([=:])\s*", r"\1", value or "").split():
            qs = qs.filter(matches(word))
        return qs


def matches(word: str) -> Q:
    pair = PAIR.match(word)
    if pair is None:
        return Q(params_key__icontains=word) | Q(error__icontains=word)
    name, value = pair.groups()
    number = f'"{name}":{value}'
    # Numbers end where they end: 5 is not 50. Words may be the beginning of one.
    ends = [f"{number},", f"{number}}}", f"{number}.0,", f"{number}.0}}"]
    found = Q(params_key__icontains=f'"{name}":"{value}')
    null = {"none": "null"}.get(value.lower())
    if null:
        ends += [f'"{name}":{null},', f'"{name}":{null}}}']
    for text in ends:
        found |= Q(params_key__icontains=text)
    return found


class FilterForm(forms.Form):
    """A range that is the wrong way round is said at its upper end."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in list(cleaned):
            if not name.endswith("_max"):
                continue
            least = cleaned.get(f"{name.removesuffix('_max')}_min")
            most = cleaned.get(name)
            if least is not None and most is not None and least > most:
                self.add_error(
                    name,
                    f"Nothing is at least {shown(least)} and at most {shown(most)}.",
                )
        return self.cleaned_data


def shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{float(value):.6g}"
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "strftime") else str(value)


@dataclass(frozen=True)
class FilterGroup:
    """The fields of one column."""

    column: TrialColumn
    fields: list[forms.BoundField]

    @property
    def is_active(self) -> bool:
        return any(field.value() or field.errors for field in self.fields)


@dataclass(frozen=True)
class TrialFilters:
    """The filters asked for in an address, and the trials that pass them.

    A value that makes no sense is said at its field and filters nothing.
    """

    run: Run
    columns: Sequence[TrialColumn]
    found: df.FilterSet

    @property
    def form(self) -> forms.Form:
        form: forms.Form = self.found.form
        return form

    @property
    def trials(self) -> QuerySet[Trial]:
        trials: QuerySet[Trial] = self.found.qs
        return trials

    @property
    def groups(self) -> list[FilterGroup]:
        """Return the filters besides algorithm, state and search, column by column."""
        groups = []
        for column in self.columns:
            names = (f"{column.name}_min", f"{column.name}_max", column.name)
            fields = [self.form[n] for n in names if n in self.form.fields]
            if fields and column.name not in MAIN:
                groups.append(FilterGroup(column, fields))
        return groups

    @property
    def main(self) -> list[forms.BoundField]:
        """Return the filters that are always in sight."""
        return [self.form[name] for name in MAIN]

    @property
    def has_active_groups(self) -> bool:
        return any(group.is_active for group in self.groups)

    @property
    def is_active(self) -> bool:
        return any(self.form[name].value() for name in self.form.fields)

    @property
    def names(self) -> list[str]:
        return list(self.form.fields)


MAIN = ("algorithm", "state", "params", "chosen")


def trial_filters(
    run: Run,
    columns: Sequence[TrialColumn],
    query: QueryDict,
    trials: QuerySet[Trial] | None = None,
) -> TrialFilters:
    """Make the filters of a run's columns and fill them from an address."""
    fields: dict[str, Any] = {"Meta": type("Meta", (), {"form": FilterForm})}
    for column in columns:
        fields.update(filters_of(run, column))
    fields["chosen"] = df.BooleanFilter(
        label="Chosen only",
        widget=forms.CheckboxInput,
        method=lambda rows, _, only: (
            rows.filter(number__in=chosen(query)) if only else rows
        ),
    )
    kind = type("TrialFilterSet", (df.FilterSet,), fields)
    rows = run.trials.order_by() if trials is None else trials
    return TrialFilters(run, columns, kind(query, queryset=rows))


def filters_of(run: Run, column: TrialColumn) -> dict[str, df.Filter]:
    if column.name == "algorithm":
        return {"algorithm": choice("algorithm", "Algorithm", algorithms(run))}
    if column.name == "state":
        return {"state": choice("state", "State", TrialState.choices)}
    if column.name == "params":
        hint = {"placeholder": "Search the parameters: max_depth=8", "type": "search"}
        return {
            "params": Search(label="Parameters", widget=forms.TextInput(attrs=hint))
        }
    if column.name == "origin":
        names = [(value or SAMPLER, label) for value, label in Origin.choices]
        return {"origin": choice("origin", "Proposed by", names)}
    if column.name == "worker":
        return {"worker": df.CharFilter(label="Contains", lookup_expr="icontains")}
    found: dict[str, df.Filter] = {}
    if column.ranged:
        for end, label, least in (("min", "At least", True), ("max", "At most", False)):
            found[f"{column.name}_{end}"] = end_of(column, label, least=least)
    if column.choices:
        found[column.name] = Words(
            column,
            label="Is one of",
            choices=[(str(word), word_text(word)) for word in column.choices],
            widget=forms.CheckboxSelectMultiple,
        )
    return found


def end_of(column: TrialColumn, label: str, *, least: bool) -> df.Filter:
    if column.kind == "moment":
        moment = forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        )
        label = "Not before" if least else "Not after"
        return Moment(column, least=least, label=label, widget=moment)
    unit = {"seconds": ", in seconds", "megabytes": ", in MB"}.get(column.kind, "")
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return Bound(column, least=least, label=f"{label}{unit}", widget=widget)


def choice(
    name: str, label: str, choices: Iterable[tuple[str, str]]
) -> df.MultipleChoiceFilter:
    def some(rows: QuerySet[Trial], _: str, wanted: Sequence[str]) -> QuerySet[Trial]:
        values = ["" if value == SAMPLER else value for value in wanted]
        return rows.filter(**{f"{name}__in": values}) if values else rows

    return df.MultipleChoiceFilter(
        label=label,
        choices=list(choices),
        widget=forms.CheckboxSelectMultiple,
        method=some,
    )


def algorithms(run: Run) -> list[tuple[str, str]]:
    names = [*run.spaces, *(name for name in BESIDES if name not in run.spaces)]
    titles = {BASELINE: "Baseline"}
    return [(name, titles.get(name, algorithm_title(name))) for name in names]


def word_text(word: Value) -> str:
    return str(word)
