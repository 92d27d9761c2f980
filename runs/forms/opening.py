"""Values the configure page opens with, and what a change makes of the others."""

from django.contrib.auth.models import User
from django.http import QueryDict

from runs.configuration import USUAL_METRICS
from runs.forms.carried import carried_over, still_excluded
from runs.forms.descents import descended
from runs.forms.first import clean_copies, copied
from runs.forms.presets import initial_of, without_unknown
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


def opening(query: QueryDict, *, dataset: Dataset, user: User | None = None) -> RunForm:
    """Return a form that opens with the values an address asks for.

    `from_trial=RUN:NUMBER` and `from_best=RUN:N` bring combinations to try first, of runs
    that `user` may see.
    """
    query = without_unknown(query, dataset)
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
    origin = descended(query, dataset)
    # Advice that was accepted comes before a preset, which answers what is left open; an
    # earlier run has answered all of it.
    known = (
        origin.initial if origin else {**initial_of(query, dataset), **carried.values}
    )
    initial = {**known, **initial}
    form = RunForm(dataset=dataset, initial=initial)
    if user is not None:
        there = form.initial.get("first", [])
        first = clean_copies([*there, *copied(user, query)], form.task_type)
        form.initial["first"] = first
        asked = {combination["algorithm"] for combination in first}
        ticked = form.initial["algorithms"]
        form.initial["algorithms"] = [
            a.name for a in form.available if a.name in ticked or a.name in asked
        ]
    return form
