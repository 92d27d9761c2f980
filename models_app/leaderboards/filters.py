"""Which of a project's models are asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from models_app.enums import ModelState, Stage
from models_app.models import ModelMeta
from runs.models import Project
from runs.queries import algorithm_title

ALL = "all"


class Choice(NamedTuple):
    value: str
    label: str

    def option(self, chosen: str) -> SafeString:
        mark = " selected" if self.value == chosen else ""
        return format_html(
            '<option value="{}"{}>{}</option>', self.value, mark, self.label
        )


@dataclass(frozen=True)
class Filter:
    """One field of the filters, and what it can be."""

    name: str
    label: str
    value: str
    choices: list[Choice]

    @property
    def options(self) -> SafeString:
        """The choices as a list has them; there may be thousands of runs."""
        return mark_safe("".join(c.option(self.value) for c in self.choices))  # noqa: S308 - each is made safe


def ready_models(project: Project) -> QuerySet[ModelMeta]:
    return ModelMeta.objects.filter(run__project=project, state=ModelState.READY)


def filters_of(project: Project, query: QueryDict) -> list[Filter]:
    found = (
        ready_models(project)
        .order_by()
        .values_list(
            *("run__target", "run__dataset_id", "run__dataset__name"),
            *("run__dataset__version", "run_id", "run__name", "algorithm"),
        )
    )
    targets, datasets, runs, algorithms = set(), {}, {}, set()
    for target, data_id, data, version, run_id, run, algorithm in found.distinct():
        targets.add(target)
        datasets[data_id] = data if version == 1 else f"{data} v{version}"
        runs[run_id] = run
        algorithms.add(algorithm)
    return [
        chooser(query, "target", "Target", [(t, t) for t in targets]),
        chooser(query, "dataset", "Dataset", datasets.items()),
        chooser(query, "run", "Run", runs.items()),
        chooser(
            query,
            "algorithm",
            "Algorithm",
            [(a, algorithm_title(a)) for a in algorithms],
        ),
        chooser(
            query,
            "stage",
            "Stage",
            [*Stage.choices, (ALL, "All, archived too")],
            in_order=True,
        ),
    ]


def chooser(
    query: QueryDict,
    name: str,
    label: str,
    choices: Iterable[tuple[Any, str]],
    *,
    in_order: bool = False,
) -> Filter:
    known = [Choice(str(value), text) for value, text in choices]
    if not in_order:
        known.sort(key=lambda choice: choice.label.lower())
    asked = query.get(name, "")
    value = asked if any(asked == choice.value for choice in known) else ""
    return Filter(name, label, value, known)


def matching(
    models: QuerySet[ModelMeta], filters: Sequence[Filter]
) -> QuerySet[ModelMeta]:
    paths = {
        "target": "run__target",
        "dataset": "run__dataset",
        "run": "run",
        "algorithm": "algorithm",
    }
    for chosen in filters:
        if chosen.name == "stage":
            if not chosen.value:
                models = models.exclude(stage=Stage.ARCHIVED)
            elif chosen.value != ALL:
                models = models.filter(stage=chosen.value)
        elif chosen.value:
            models = models.filter(**{paths[chosen.name]: chosen.value})
    return models
