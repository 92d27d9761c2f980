"""Values the configure page opens with, and what a change makes of the others."""

from django.http import QueryDict

from runs.configuration import USUAL_METRICS
from runs.forms.carried import carried_over, still_excluded
from runs.forms.presets import initial_of
from runs.forms.runs import RunForm
from runs.forms.targets import likely_target
from runs.models import Dataset
from runs.search.algorithms import ALGORITHMS
from runs.search.metrics import default_metric, metrics_for

# Fields with any number of values.
LISTS = ("algorithms", "metrics", "exclude")


def settle(query: QueryDict, *, dataset: Dataset, changed: str = "") -> QueryDict:
    """Drop from half-filled values what the field just changed has made meaningless.

    Another target brings its own task and metric; algorithms that do not exist for the
    new task are replaced by those of the same family that do.
    """
    data = query.copy()
    if changed == "target":
        data["task"] = ""
        sent = data.getlist("exclude")
        kept = still_excluded(dataset, data.get("target", ""), sent)
        data.setlist("exclude", kept)
    form = RunForm(data, dataset=dataset)
    if "preset" in data and "scoring" not in data:
        return data  # the preset says which metric
    names = {metric.name for metric in metrics_for(form.task_type)}
    if not names.issuperset(data.getlist("metrics")):
        data.setlist("metrics", list(USUAL_METRICS[form.task_type]))
    if changed == "target" or data.get("scoring") not in names:
        data["scoring"] = default_metric(form.task_type).name
    if asked := data.getlist("algorithms"):
        offered = {a.name for a in form.available}
        lost = {
            alias
            for name in asked
            if name in ALGORITHMS and name not in offered
            for alias in ALGORITHMS[name].aliases
        }
        # What the two tasks call by one name: the linear model.
        kept = [
            a.name
            for a in form.available
            if a.name in asked or lost.intersection(a.aliases)
        ]
        data.setlist("algorithms", kept)
    return data


def opening(query: QueryDict, *, dataset: Dataset) -> RunForm:
    """Return a form that opens with the values an address asks for."""
    data = settle(query, dataset=dataset) if query else query
    if "scoring" not in query:
        data = data.copy()
        data.pop("scoring", None)  # nobody asked for it: what was accepted comes first
    initial = {
        name: data.getlist(name) if name in LISTS else data[name]
        for name in RunForm.base_fields
        if name in data
    }
    carried = carried_over(
        dataset, str(initial.get("target") or likely_target(dataset))
    )
    if carried.preset and "preset" not in query:
        query = query.copy()
        query["preset"] = carried.preset
    # Advice that was accepted comes before a preset, which answers what is left open.
    initial = {**initial_of(query, dataset), **carried.values, **initial}
    return RunForm(dataset=dataset, initial=initial)
