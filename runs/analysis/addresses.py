"""The page's state in its address: which trials are selected, what is looked at."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from runs.addresses import whole_number
from runs.analysis.snapshots import Snapshot
from runs.charts.trials import MEASURES, Axis, Selection, Trials, View, axes_of
from runs.enums import ENSEMBLE, TrialState
from runs.models import Run
from runs.queries import algorithm_title
from runs.search.metrics import METRICS
from runs.search.problem import SpecError
from runs.search.spaces import parse_space, space_to_json

# The words of the address besides parameters and measures.
OF, X, Y, TRIALS = "of", "x", "y", "trials"
MARKED_AT_MOST = 50


@dataclass(frozen=True)
class Asked:
    """An address, understood: what is not known in it is left out."""

    view: View
    selection: Selection
    marked: list[int]


def understand(query: QueryDict, run: Run, snapshot: Snapshot) -> Asked:
    axes = axes_of_run(run, snapshot)
    algorithms = [name for name in query.getlist("algorithm") if name in known(run)]
    focus = query.get(OF, "")
    if focus not in axes:
        focus = focus_of(algorithms, axes, snapshot.trials)
    own = axes.get(focus, {})
    x, y = two_of(list(own), query.get(X, ""), query.get(Y, ""))
    metric = METRICS[run.scoring]
    baseline = run.baseline_value
    view = View(
        metric=metric.title,
        greater_is_better=metric.greater_is_better,
        titles={name: algorithm_title(name) for name in known(run)},
        axes=axes,
        algorithm=focus,
        x=x,
        y=y,
        baseline=None if baseline is None else metric.display(baseline),
    )
    selection = selected(query, own, algorithms, focus)
    return Asked(view, selection, marked(query.get(TRIALS, "")))


def known(run: Run) -> list[str]:
    return [*run.spaces, ENSEMBLE]


def axes_of_run(run: Run, snapshot: Snapshot) -> dict[str, dict[str, Axis]]:
    """Return each algorithm's parameters that vary."""
    if "axes" not in snapshot.made:
        snapshot.made["axes"] = {
            algorithm: {
                axis.name: axis
                for axis in axes_of(
                    space_of(run, algorithm), snapshot.trials.of(algorithm)
                )
            }
            for algorithm in run.spaces
        }
    found: dict[str, dict[str, Axis]] = snapshot.made["axes"]
    return found


def space_of(run: Run, algorithm: str) -> Mapping[str, Mapping[str, object]]:
    try:
        return space_to_json(parse_space(run.spaces[algorithm], algorithm=algorithm))
    except SpecError:  # of an algorithm that this version no longer has
        return {}


def focus_of(algorithms: list[str], axes: Mapping[str, object], trials: Trials) -> str:
    """Return the algorithm to look at first: the one chosen, or the best trial's."""
    for name in algorithms:
        if name in axes:
            return name
    scored = trials.scored
    order = (-scored.score).argsort(kind="stable").tolist()
    for name in (str(scored.rows[i].algorithm) for i in order):
        if name in axes:
            return name
    return next(iter(axes), "")


def two_of(names: list[str], x: str, y: str) -> tuple[str, str]:
    """Return two different parameters, those asked for if they exist."""
    if x not in names:
        x = next((name for name in names if name != y), "")
    if y not in names or y == x:
        y = next((name for name in names if name != x), "")
    return x, y


def selected(
    query: QueryDict, axes: Mapping[str, Axis], algorithms: list[str], focus: str
) -> Selection:
    ranges, values = {}, {}
    for name in MEASURES:
        if (limits := between(query, name)) is not None:
            ranges[name] = limits
    n_measures = len(ranges)
    for axis in axes.values():
        if axis.is_category:
            chosen = frozenset(query.getlist(axis.name)) & frozenset(axis.values)
            if chosen:
                values[axis.name] = chosen
        elif (limits := between(query, axis.name)) is not None:
            ranges[axis.name] = limits
    if values or len(ranges) > n_measures:
        # Another algorithm's parameter of the same name is another parameter.
        algorithms = [focus]
    states = frozenset(query.getlist("state")) & frozenset(TrialState.values)
    return Selection(frozenset(algorithms), states, ranges, values)


def between(query: QueryDict, name: str) -> tuple[float, float] | None:
    """Return a range; one turned round is read the right way."""
    low = number(query.get(f"{name}_min", ""))
    high = number(query.get(f"{name}_max", ""))
    if low is None and high is None:
        return None
    limits = (-math.inf if low is None else low, math.inf if high is None else high)
    return (min(limits), max(limits))


def number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def marked(text: str) -> list[int]:
    """Return the trial numbers that are chosen, in the order they were."""
    found = map(whole_number, text.split(","))
    numbers = dict.fromkeys(number for number in found if number is not None)
    return list(numbers)[:MARKED_AT_MOST]
