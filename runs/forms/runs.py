"""What to search: one form whose choices follow the dataset, the target and the task."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.text import Truncator

from runs.configuration import (
    FEATURE_KINDS,
    SAMPLED_TRIALS,
    USUAL_METRICS,
    Configuration,
    configure,
    detected_task,
)
from runs.enums import Scheme, Share, Strategy, Task
from runs.forms.carried import Carried, carried_over
from runs.forms.first import put_row
from runs.forms.more import MoreForm
from runs.forms.space_form import SpaceForm
from runs.forms.targets import (
    TargetFacts,
    column_label,
    likely_target,
    metric_groups,
    target_facts,
)
from runs.forms.wishes import wishes_of
from runs.limits import beyond_limits
from runs.models import Dataset
from runs.search.algorithms import algorithms_for
from runs.search.metrics import default_metric, metrics_for
from runs.search.problem import SpecError, TaskType

# The field of the form that stands for an argument of `configure`.
FIELD_OF = {
    "holdout_fraction": "holdout_percent",
    "validation_fraction": "validation_percent",
    "time_budget_seconds": "time_budget_minutes",
    "space": "spaces",
    "halving": "halving_eta",
}


# Fields that stay on the page while somebody types, their messages beside them; the
# second line of them is folded away.
TYPED = (
    *("n_trials", "time_budget_minutes", "target_score", "patience", "scheme"),
    *("n_splits", "holdout_percent", "seed"),
)
MORE = (
    *("split_column", "n_repeats", "validation_percent", "share", "trial_seconds"),
    *("trial_memory_mb", "halving_resource", "halving_eta", "halving_start"),
)

# Ticked at the start: one of each kind, none of them slow.
FIRST_CHOICE = {
    "logistic_regression",
    "ridge",
    "random_forest",
    "hist_gradient_boosting",
}


class Preview(NamedTuple):
    """The search as it would be started, or why it cannot be."""

    configuration: Configuration | None
    problems: list[tuple[str, str]]


class RunForm(MoreForm, SpaceForm):
    """A search on one dataset. Valid, it has the checked `configuration`."""

    name = forms.CharField(
        required=False,
        max_length=200,
        help_text="Empty: named after the target and the dataset.",
    )
    target = forms.ChoiceField(label="Column to predict")
    task = forms.ChoiceField(required=False)
    scoring = forms.ChoiceField(label="Metric")
    metrics = forms.MultipleChoiceField(
        required=False,
        label="Metrics to compute for every trial",
        widget=forms.CheckboxSelectMultiple,
        help_text="Besides the one that ranks. None ticked: the usual three.",
    )
    exclude = forms.MultipleChoiceField(
        required=False,
        label="Columns to leave out",
        widget=forms.CheckboxSelectMultiple,
        help_text="Ticked columns are not predicted from.",
    )
    preset = forms.CharField(required=False, widget=forms.HiddenInput)
    strategy = forms.ChoiceField(
        choices=[
            (Strategy.GRID, "Grid: every combination"),
            (Strategy.RANDOM, "Random: combinations drawn by chance"),
            (Strategy.TPE, "TPE: learns from the trials before"),
            (
                Strategy.HALVING,
                "Successive halving: many on few rows, the best of them on all",
            ),
        ],
        initial=Strategy.GRID,
        widget=forms.RadioSelect,
    )
    n_trials = forms.IntegerField(
        required=False,
        label="Trials at most",
        widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
        help_text=(
            f"Empty: no limit for a grid; {SAMPLED_TRIALS} for a random search, or as "
            "many as the minutes allow."
        ),
    )
    time_budget_minutes = forms.FloatField(
        required=False,
        label="Minutes at most",
        widget=forms.NumberInput(
            attrs={"min": 0, "step": "any", "inputmode": "decimal"}
        ),
        help_text="For everything, models included. Empty: no limit.",
    )
    target_score = forms.FloatField(
        required=False,
        label="Good enough at",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text="The search ends when the metric reaches this.",
    )
    patience = forms.IntegerField(
        required=False,
        label="Trials without improvement",
        widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
        help_text="The search ends after so many in a row.",
    )
    share = forms.ChoiceField(
        required=False,
        label="Share of each algorithm",
        choices=Share.choices,
        initial=Share.EQUAL,
    )
    trial_seconds = forms.FloatField(
        required=False,
        label="Seconds a trial",
        widget=forms.NumberInput(attrs={"min": 0.1, "step": "any"}),
        help_text="A trial that takes longer is ended and says so.",
    )
    trial_memory_mb = forms.IntegerField(
        required=False,
        label="Memory a trial (MB)",
        widget=forms.NumberInput(attrs={"min": 256}),
        help_text="A trial whose process uses more is ended and says so.",
    )
    scheme = forms.ChoiceField(
        required=False,
        label="Validation",
        choices=Scheme.choices,
        initial=Scheme.KFOLD,
        help_text="Classes are spread evenly over k folds.",
    )
    split_column = forms.ChoiceField(
        required=False,
        label="Column of groups, times or folds",
        help_text="For grouped, time-ordered and predefined folds.",
    )
    n_repeats = forms.IntegerField(
        required=False,
        label="Repetitions",
        initial=1,
        widget=forms.NumberInput(attrs={"min": 1, "max": 50}),
        help_text="For repeated folds: drawn anew each time.",
    )
    validation_percent = forms.FloatField(
        required=False,
        label="Validation share (%)",
        initial=20,
        widget=forms.NumberInput(attrs={"min": 1, "max": 90, "step": "any"}),
        help_text="For a single validation part.",
    )
    ensemble = forms.BooleanField(
        required=False,
        initial=True,
        label="Join the best trials into an ensemble",
    )
    n_splits = forms.IntegerField(
        label="Folds",
        initial=5,
        widget=forms.NumberInput(attrs={"min": 2, "max": 50}),
        help_text="Each combination is scored on this many folds.",
    )
    holdout_percent = forms.FloatField(
        label="Holdout share (%)",
        initial=20,
        widget=forms.NumberInput(attrs={"min": 0, "max": 90, "step": "any"}),
        help_text="Rows no trial sees; the final models are judged on them.",
    )
    seed = forms.IntegerField(
        initial=0,
        widget=forms.NumberInput(attrs={"min": 0}),
        help_text="The same seed gives the same folds and the same scores.",
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, dataset: Dataset, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.dataset = dataset
        self.configuration: Configuration | None = None
        self.initial.setdefault("target", likely_target(dataset))
        self.column = dataset.column(self.raw("target"))
        self.detected = (
            detected_task(dataset, self.column["name"]) if self.column else None
        )
        self.task_type = self.asked_task() or self.detected or TaskType.BINARY
        self.fill_choices()

    def asked_task(self) -> TaskType | None:
        task = self.raw("task")
        return TaskType(task) if task in set(TaskType) else None

    def fill_choices(self) -> None:
        self.choices(
            "target", [(c["name"], column_label(c)) for c in self.dataset.columns]
        )
        detected = Task(self.detected.value).label if self.detected else "by the target"
        self.choices("task", [("", f"Detected: {detected}"), *Task.choices])
        metrics = metrics_for(self.task_type)
        default = default_metric(self.task_type)
        self.choices("scoring", metric_groups(metrics, self.task_type, default))
        self.initial.setdefault("scoring", default.name)
        self.choices("metrics", [(m.name, m.title) for m in metrics])
        self.initial.setdefault("metrics", list(USUAL_METRICS[self.task_type]))
        self.available = algorithms_for(self.task_type)
        self.choices("algorithms", [(a.name, a.title) for a in self.available])
        self.initial.setdefault(
            "algorithms", [a.name for a in self.available if a.name in FIRST_CHOICE]
        )
        names = [(c["name"], c["name"]) for c in self.dataset.columns]
        self.choices("split_column", [("", "—"), *names])
        self.choices("exclude", names)
        self.initial.setdefault("exclude", [])

    def choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        self.check_typed(cleaned)
        if self.errors:
            return cleaned
        wishes = wishes_of(cleaned, sent=self.data)
        # All of them at once: each is said at its own field.
        for error in beyond_limits(wishes):
            self.refuse(error)
        if self.errors:
            return cleaned
        try:
            self.configuration = configure(
                self.dataset,
                target=cleaned["target"],
                task=cleaned["task"] or None,
                preset=cleaned["preset"] or None,
                **wishes,
            )
        except SpecError as error:
            self.refuse(error)
        return cleaned

    def refuse(self, error: SpecError) -> None:
        """Show an error at the field that stands for what it is about."""
        name = FIELD_OF.get(error.field or "", error.field)
        # Said where the values are: typed in fields they are the algorithms'.
        if name == "spaces" and not self.cleaned_data["spaces"]:
            name = "algorithms" if self.merged.is_opened else "spaces"
        self.add_error(name if name in self.fields else None, str(error))

    def typed_fields(self) -> list[BoundField]:
        return [self[name] for name in (*TYPED, *MORE)]

    def more_errors(self) -> bool:
        """Tell whether something is wrong with a field that is folded away."""
        return any(name in self.errors for name in MORE)

    def run_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        usual = f"{self.cleaned_data['target']} from {self.dataset.name}"
        return name or Truncator(usual).chars(200)

    def preview(self) -> Preview:
        """Say what the form as it stands would start, also before it was sent."""
        form = self if self.is_bound else RunForm(self.opened(), dataset=self.dataset)
        if form.is_valid():
            return Preview(form.configuration, [])
        problems = [
            (str(form[name].label) if name in form.fields else "", str(message))
            for name, messages in form.errors.items()
            for message in messages
        ]
        return Preview(None, problems)

    def opened(self) -> QueryDict:
        """Return what would be sent if nothing were changed."""
        data = QueryDict(mutable=True)
        for name, field in self.fields.items():
            value = self.get_initial_for_field(field, name)
            values = value if isinstance(value, list) else [value]
            data.setlist(name, ["" if v is None else str(v) for v in values])
        data["spaces_before"] = str(data["spaces"])
        for combination in self.initial.get("first", []):
            put_row(data, combination["algorithm"], combination["params"])
        return data

    def exclude_widgets(self) -> list[object]:
        """Return the boxes of the columns that could be predicted from."""
        kinds = {c["name"]: c["kind"] for c in self.dataset.columns}
        chosen = {self.raw("target"), ""}
        return [
            widget
            for widget in self["exclude"]
            if kinds.get(widget.data["value"]) in FEATURE_KINDS
            and widget.data["value"] not in chosen
        ]

    def carried(self) -> Carried:
        """Return what was accepted of the advice about this table and target."""
        return carried_over(self.dataset, self.raw("target"))

    def target_facts(self) -> TargetFacts | None:
        if self.column is None:
            return None
        n_rows = self.dataset.n_rows or 0
        return target_facts(self.column, self.task_type, n_rows=n_rows)
