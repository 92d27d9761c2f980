"""Combinations to try first: rows of values typed by hand, or copied from earlier trials."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.http import QueryDict

from runs.addresses import whole_number
from runs.enums import BESIDES, TrialState
from runs.forms.space_sections import is_listed, usual_space
from runs.forms.space_values import read_value, text_of
from runs.models import Dataset, Run, Trial
from runs.search.algorithms import ALGORITHMS, Algorithm
from runs.search.estimator_defaults import defaults_of
from runs.search.parameters import Parameter, Value, parameters_of
from runs.search.problem import TaskType
from runs.search.spaces import exists

MAX_COPIED = 50
RECENT = 30

Combination = dict[str, Any]  # {"algorithm": ..., "params": {...}}


class Cell(NamedTuple):
    """One value of a row as it is shown."""

    parameter: Parameter
    name: str  # of its field
    key: str  # of its elements' ids
    text: str
    error: str
    default: str


class Row(NamedTuple):
    """One combination as it is shown."""

    number: str
    algorithm: Algorithm
    values: list[Cell]
    params: dict[str, Value]
    addable: list[Parameter]

    @property
    def errors(self) -> list[str]:
        title = self.algorithm.title
        return [
            f"{title}, {v.parameter.name}: {v.error}" for v in self.values if v.error
        ]


def read_rows(data: Any, task: TaskType) -> list[Row]:  # noqa: ANN401 - a QueryDict
    """Return the rows that were sent; those of algorithms of another task are left out."""
    numbers = data.getlist("first") if hasattr(data, "getlist") else []
    rows = []
    for number in dict.fromkeys(numbers):
        algorithm = ALGORITHMS.get(data.get(f"f:{number}:algorithm", ""))
        if algorithm is not None and algorithm.offered and task in algorithm.tasks:
            rows.append(read_row(data, number, algorithm, task))
    return rows


def read_row(
    data: Mapping[str, Any], number: str, algorithm: Algorithm, task: TaskType
) -> Row:
    known = parameters_of(algorithm.name, task)
    defaults = defaults_of(algorithm.name, task)
    start = f"f:{number}:p:"
    values, params = [], {}
    names = [key.removeprefix(start) for key in data if key.startswith(start)]
    for name in (name for name in names if name in known):
        text, error = str(data.get(start + name, "")), ""
        if text.strip():  # left empty, the estimator answers it
            try:
                params[name] = read_value(text, known[name])
            except ValueError as problem:
                error = str(problem)
        default = text_of(defaults[name]) if name in defaults else ""
        key = f"first-{number}-{name}"
        values.append(Cell(known[name], start + name, key, text, error, default))
    addable = [p for p in known.values() if p.name not in names]
    return Row(number, algorithm, values, params, addable)


def combinations_of(rows: Iterable[Row]) -> list[Combination]:
    return [{"algorithm": r.algorithm.name, "params": r.params} for r in rows]


def put_row(data: QueryDict, algorithm: str, params: Mapping[str, Value]) -> None:
    """Add a row with these values."""
    taken = [whole_number(n) or 0 for n in data.getlist("first")]
    number = str(max(taken, default=0) + 1)
    data.appendlist("first", number)
    data[f"f:{number}:algorithm"] = algorithm
    for name, value in params.items():
        data[f"f:{number}:p:{name}"] = text_of(value)


def drop_row(data: QueryDict, number: str) -> None:
    data.setlist("first", [n for n in data.getlist("first") if n != number])
    for key in [key for key in data if key.startswith(f"f:{number}:")]:
        del data[key]


def default_params(
    algorithm: Algorithm, task: TaskType, strategy: str
) -> dict[str, Value]:
    """Return the estimator's defaults of the parameters that are searched."""
    space = usual_space(algorithm, task, listed=is_listed(strategy))
    defaults = defaults_of(algorithm.name, task)
    [known, *_] = [*algorithm.first(task), {}]
    found = {
        name: defaults.get(name, known.get(name))
        for name in space
        if name in defaults or name in known
    }
    return {name: found[name] for name in found if exists(space[name], found)}


# --- Copies of earlier trials --------------------------------------------------------


def of_trial(user: User, reference: str) -> list[Combination]:
    """Return the combination of `RUN:NUMBER`; nothing if it cannot be seen."""
    run, number = map(whole_number, reference.partition(":")[::2])
    seen = Trial.objects.visible_to(user).exclude(algorithm__in=BESIDES)
    return as_combinations(seen.filter(run_id=run, number=number))


def best_of(user: User, reference: str) -> list[Combination]:
    """Return the best combinations of `RUN:N`."""
    run, wanted = map(whole_number, reference.partition(":")[::2])
    seen = Trial.objects.visible_to(user).exclude(algorithm__in=BESIDES)
    found = seen.filter(
        run_id=run, state=TrialState.COMPLETE, value__isnull=False
    ).order_by("-value", "number")
    return as_combinations(found[: max(1, min(wanted or 1, MAX_COPIED))])


def as_combinations(trials: Iterable[Trial]) -> list[Combination]:
    return [{"algorithm": t.algorithm, "params": t.params} for t in trials]


def copied(user: User, query: Mapping[str, Any]) -> list[Combination]:
    """Return what an address asks for by `from_trial` and `from_best`, any number each."""
    trials = query.getlist("from_trial") if isinstance(query, QueryDict) else []
    runs = query.getlist("from_best") if isinstance(query, QueryDict) else []
    found = [c for reference in trials for c in of_trial(user, reference)]
    return found + [c for reference in runs for c in best_of(user, reference)]


def clean_copies(
    combinations: Iterable[Combination], task: TaskType
) -> list[Combination]:
    """Keep the combinations whose algorithms exist for the task, each once."""
    found: list[Combination] = []
    for combination in combinations:
        algorithm = ALGORITHMS.get(combination["algorithm"])
        exists_here = algorithm is not None and task in algorithm.tasks
        if exists_here and combination not in found:
            found.append(combination)
    return found


def add_copies(
    data: QueryDict, combinations: Sequence[Combination], task: TaskType
) -> int:
    """Add rows for the combinations that are not there yet; return how many."""
    there = combinations_of(read_rows(data, task))
    new = [c for c in clean_copies(combinations, task) if c not in there]
    for combination in new:
        put_row(data, combination["algorithm"], combination["params"])
    return len(new)


def earlier_runs(
    user: User, dataset: Dataset, target: str, task: TaskType
) -> list[Run]:
    """Return runs on the same columns whose best combinations can be copied."""
    names = {c["name"] for c in dataset.columns}
    runs = (
        Run.objects.visible_to(user)
        .filter(
            project_id=dataset.project_id,
            target=target,
            task=task.value,
            best_value__isnull=False,
        )
        .only("pk", "name", "features", "created_at")
    )
    return [run for run in runs[:RECENT] if names.issuperset(run.features)]
