"""What people change of a run while it searches, as forms; each knows the run's revision."""

from typing import Any, NamedTuple, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict

from runs.models import Run, Trial
from runs.search.combinations import clean_combination
from runs.search.describing import describe
from runs.search.json_text import read_json
from runs.search.parameters import Params, Value, parameters_of
from runs.search.planning import PlanItem, first_configurations
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import (
    Choices,
    Conditional,
    Distribution,
    Fixed,
    FloatRange,
    IntRange,
    parse_space,
    plain,
)
from runs.steered import budget_text, has_trial_budget, parallelism_text

WORDS: dict[str, Value] = {"none": None, "null": None, "true": True, "false": False}


def read_value(text: str) -> Value:
    """Read a value as people write it: a number, true, none, or a word."""
    text = text.strip()
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        value = read_json(text)
    except ValueError:
        return text.strip("\"'")
    return value if isinstance(value, int | float | str) else text


def write_value(value: Value) -> str:
    if value is None:
        return "None"
    return str(value).lower() if isinstance(value, bool) else str(value)


def said(error: SpecError, algorithm: str) -> str:
    """Return what is wrong; which algorithm it is about is the title of the form."""
    return str(error).removeprefix(f"{algorithm}: ")


class Group(NamedTuple):
    """Fields that belong together, as of one parameter."""

    title: str
    help: str
    fields: list[BoundField]


class SteeringForm(forms.Form):
    """A form that says which revision of the run its user has seen."""

    title = ""
    submit = "Change"
    # Bounded: it is looked for in the database.
    revision = forms.IntegerField(widget=forms.HiddenInput, max_value=2**31 - 1)

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        self.fields["revision"].initial = run.revision

    def refuse(self, error: ValidationError) -> None:
        """Show a refusal at the field it is about, or above all fields."""
        code = error.code if hasattr(error, "code") else ""
        self.add_error(self.field_for(code or ""), error.messages[0])

    def field_for(self, code: str) -> str | None:
        return code if code in self.fields and code != "revision" else None

    def seen(self, run: Run) -> None:
        """Let what is sent next be about the run as it is now."""
        self.run = run
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("revision")] = str(run.revision)
        self.data = data

    def groups(self) -> list[Group]:
        return [Group("", "", self.visible_fields())]

    def details(self) -> list[str]:
        """Return what the run has now, where somebody else has changed it."""
        return []


class BudgetForm(SteeringForm):
    title = "Change the budget"
    n_trials = forms.IntegerField(
        label="Trials", required=False, widget=forms.NumberInput(attrs={"min": 1})
    )
    minutes = forms.FloatField(
        label="Minutes in all",
        required=False,
        widget=forms.NumberInput(attrs={"min": 0, "step": "any"}),
    )

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, run=run, **kwargs)
        seconds = run.time_budget_seconds
        self.fields["n_trials"].initial = (
            run.n_trials if has_trial_budget(run) else None
        )
        self.fields["minutes"].initial = f"{seconds / 60:g}" if seconds else None
        self.fields["n_trials"].help_text = "Empty: no limit but the time."
        if run.strategy == "grid":
            self.fields["n_trials"].help_text = "Empty: every combination."
        self.fields["minutes"].help_text = "Since the run began. Empty: no limit."

    def details(self) -> list[str]:
        return [f"Now: {budget_text(self.run)}."]

    def field_for(self, code: str) -> str | None:
        return super().field_for("minutes" if code == "time_budget_seconds" else code)

    def wanted(self) -> dict[str, Any]:
        minutes = self.cleaned_data["minutes"]
        return {
            "n_trials": self.cleaned_data["n_trials"],
            "time_budget_seconds": None if minutes is None else minutes * 60,
        }


class ParallelismForm(SteeringForm):
    title = "Change how many work at once"
    parallelism = forms.IntegerField(
        label="Units at once",
        required=False,
        widget=forms.NumberInput(attrs={"min": 1}),
    )

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, run=run, **kwargs)
        field = self.fields["parallelism"]
        field.initial = run.parallelism
        field.help_text = (
            "Empty: as many as there are workers. A unit is a few trials that share a "
            "fit; those at work already go on to their end."
        )

    def details(self) -> list[str]:
        return [f"Now: {parallelism_text(self.run)}."]


class SpaceForm(SteeringForm):
    """The ranges of one algorithm: `learning_rate.low`, `learning_rate.choices`, ..."""

    def __init__(
        self,
        *args: Any,
        run: Run,
        algorithm: str,
        title: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, run=run, **kwargs)
        self.algorithm = algorithm
        self.title = f"Change the ranges of {title}"
        self.space = parse_space(run.spaces[algorithm], algorithm=algorithm)
        for name, distribution in self.space.items():
            self.add_fields(name, distribution)

    def add_fields(self, name: str, distribution: Distribution) -> None:
        found = plain(distribution)
        if isinstance(found, Choices | Fixed):
            values = found.choices if isinstance(found, Choices) else (found.value,)
            self.fields[f"{name}.choices"] = forms.CharField(
                label="Values, separated by commas",
                initial=", ".join(map(write_value, values)),
                required=False,
                widget=forms.TextInput(attrs={"aria-label": f"{name}: values"}),
            )
            return
        for end in ("low", "high"):
            self.fields[f"{name}.{end}"] = forms.CharField(
                label=end.capitalize(),
                initial=write_value(getattr(found, end)),
                required=False,
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "aria-label": f"{name}: {end}"}
                ),
            )
        self.fields[f"{name}.log"] = forms.BooleanField(
            label="Logarithmic scale", initial=found.log, required=False
        )

    def groups(self) -> list[Group]:
        known = parameters_of(self.algorithm)
        ends = ("low", "high", "log", "choices")
        return [
            Group(
                name,
                known[name].help,
                [self[f"{name}.{e}"] for e in ends if f"{name}.{e}" in self.fields],
            )
            for name in self.space
        ]

    def details(self) -> list[str]:
        return [f"{name}: {describe(found)}" for name, found in self.space.items()]

    def field_for(self, code: str) -> str | None:
        fields = (f"{code}.low", f"{code}.choices")
        return next((name for name in fields if name in self.fields), None)

    def wanted(self) -> dict[str, Any]:
        """Return the space in its JSON form, as far as it can be read."""
        return {
            name: self.entry(name, distribution)
            for name, distribution in self.space.items()
        }

    def entry(self, name: str, distribution: Distribution) -> Any:  # noqa: ANN401
        found, data = plain(distribution), self.cleaned_data
        entry: dict[str, Any]
        if isinstance(found, IntRange | FloatRange):
            kind = "int" if isinstance(found, IntRange) else "float"
            ends = {end: read_value(data[f"{name}.{end}"]) for end in ("low", "high")}
            entry = {"type": kind, **ends, "log": data[f"{name}.log"]}
            if found.step not in (None, 1):
                entry["step"] = found.step
        else:
            texts = [
                text for text in data[f"{name}.choices"].split(",") if text.strip()
            ]
            entry = {"type": "categorical", "choices": [read_value(t) for t in texts]}
            if isinstance(found, Fixed) and len(texts) == 1:
                entry = {"type": "fixed", "value": read_value(texts[0])}
        if isinstance(distribution, Conditional):
            entry["when"] = {distribution.parameter: list(distribution.values)}
        return entry

    def clean(self) -> dict[str, Any]:
        """Show what cannot be at the field of its parameter, all of it at once."""
        for name in self.space:
            try:
                entry = self.entry(name, self.space[name])
                if isinstance(entry, dict):
                    entry.pop("when", None)
                parse_space({name: entry}, algorithm=self.algorithm)
            except SpecError as error:
                self.add_error(self.field_for(name), said(error, self.algorithm))
            except KeyError:  # its field has a message already
                continue
        return self.cleaned_data


class CombinationForm(SteeringForm):
    """A value for each parameter of an algorithm: `param.learning_rate`, ..."""

    submit = "Add and try next"

    def __init__(
        self,
        *args: Any,
        run: Run,
        algorithm: str,
        title: str,
        source: Trial | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, run=run, **kwargs)
        self.algorithm = algorithm
        self.title = f"Add a combination of {title}"
        self.source = source
        self.space = parse_space(run.spaces[algorithm], algorithm=algorithm)
        self.note = ""
        params = source.params if source else self.usual()
        if source:
            self.note = f"The values are those of trial {source.number}."
        known = parameters_of(algorithm, TaskType(run.task))
        for name in dict.fromkeys([*self.space, *params]):
            if name not in known:
                continue
            searched = self.space.get(name)
            ranges = f" Searched: {describe(searched)}." if searched else ""
            self.fields[f"param.{name}"] = forms.CharField(
                label=name,
                initial=write_value(params[name]) if name in params else "",
                help_text=f"{known[name].help}.{ranges}",
                required=False,
            )

    def field_for(self, code: str) -> str | None:
        name = f"param.{code}"
        return name if name in self.fields else None

    def usual(self) -> Params:
        """Return a good first combination, while there is no trial to begin with."""
        item = PlanItem(self.algorithm, self.space)
        return next(iter(first_configurations(item, TaskType(self.run.task))), {})

    def wanted(self) -> dict[str, Any]:
        named = {
            name.removeprefix("param."): self.cleaned_data[name]
            for name in self.fields
            if name.startswith("param.")
        }
        return {name: read_value(text) for name, text in named.items() if text.strip()}

    def clean(self) -> dict[str, Any]:
        for name, value in self.wanted().items():
            try:
                clean_combination(
                    self.algorithm, {name: value}, task=TaskType(self.run.task)
                )
            except SpecError as error:
                self.add_error(f"param.{name}", said(error, self.algorithm))
        return self.cleaned_data
