"""What differs between a form as it stands and the preset it began with, in words."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from runs.bundles import bundle_of
from runs.configuration import (
    MAX_TRIALS,
    Configuration,
    configure,
    detected_task,
    shape_of,
    target_column,
)
from runs.enums import Scheme, Share, Strategy
from runs.models import Dataset
from runs.search.algorithms import ALGORITHMS
from runs.search.describing import describe
from runs.search.metrics import METRICS
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import parse_space
from runs.specifications import left_out

SPACE = "space:"


class Difference(NamedTuple):
    """One answer that is not the preset's; `name` is what a reset asks for."""

    name: str
    label: str
    text: str


class Answer(NamedTuple):
    """How an attribute of a configuration is named and said."""

    label: str
    say: Callable[[Any], str]


def number(value: Any) -> str:  # noqa: ANN401
    return "none" if value is None else f"{value:g}"


def trials(value: int | None) -> str:
    if value is None:
        return "no limit"
    return "as many as the time allows" if value >= MAX_TRIALS else f"{value}"


def span(seconds: float | None) -> str:
    if seconds is None:
        return "no limit"
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.4g} {unit}"
    return f"{seconds:.4g} s"


def share_of_rows(value: float) -> str:
    return f"{100 * value:.4g} %"


def yes_no(value: object) -> str:
    return "yes" if value else "no"


def names(values: Sequence[str]) -> str:
    return ", ".join(values) or "none"


def titles(values: Sequence[str]) -> str:
    return names([METRICS[v].title if v in METRICS else v for v in values])


def halving_words(value: dict[str, Any]) -> str:
    if not value:
        return "none"
    start = f"from 1/{1 / value['min_resource']:.4g} of the {value['resource']}"
    return f"{start}, one in {value['eta']} goes on"


def label_in(choices: Any) -> Callable[[Any], str]:  # noqa: ANN401 - a class of choices
    return lambda value: str(choices(value).label)


# By the names of `Configuration`, in the order of the form.
ANSWERS: dict[str, Answer] = {
    "scoring": Answer("Metric", lambda v: METRICS[v].title if v in METRICS else v),
    "metrics": Answer("Further metrics", titles),
    "strategy": Answer("Strategy", label_in(Strategy)),
    "n_trials": Answer("Trials at most", trials),
    "time_budget_seconds": Answer("Time at most", span),
    "target_score": Answer("Good enough at", number),
    "patience": Answer("Trials without improvement", number),
    "scheme": Answer("Validation", label_in(Scheme)),
    "n_splits": Answer("Folds", number),
    "n_repeats": Answer("Repetitions", number),
    "split_column": Answer("Column of groups, times or folds", lambda v: v or "none"),
    "validation_fraction": Answer("Validation share", share_of_rows),
    "holdout_fraction": Answer("Holdout share", share_of_rows),
    "share": Answer("Share of each algorithm", label_in(Share)),
    "halving": Answer("Halving", halving_words),
    "trial_seconds": Answer("Time of a trial", span),
    "trial_memory_mb": Answer("Memory of a trial (MB)", number),
    "train_scores": Answer("Scores on the rows fitted", yes_no),
    "ensemble": Answer("Ensemble", yes_no),
    "seed": Answer("Seed", number),
}
# Asked for in the form, but of no effect under another scheme.
ONLY_OF = {"validation_fraction": Scheme.HOLDOUT}


def preset_configuration(
    dataset: Dataset, *, preset: str, target: str, task: str
) -> Configuration | None:
    """Return what a preset makes of a table when nothing is changed."""
    try:
        return configure(dataset, target=target, task=task, preset=preset)
    except SpecError:
        pass
    # What only the table refuses, such as folds by a column, is left to what is usual.
    try:
        column = target_column(dataset, target)
        shape = shape_of(dataset, column, detected_task(dataset, target))
        wish = bundle_of(dataset.project_id, preset, shape)
        wish.pop("scheme", None)
        return configure(dataset, target=target, task=task, **wish)
    except SpecError:
        return None


def differences(
    now: Configuration, base: Configuration, dataset: Dataset
) -> list[Difference]:
    """Return what is not as the preset has it, field by field."""
    found = [*of_target(now, dataset), *of_algorithms(now, base)]
    found += of_spaces(now, base)
    for name, answer in ANSWERS.items():
        is_idle = name in ONLY_OF and now.scheme != ONLY_OF[name]
        if is_idle or same(name, now, base):
            continue
        mine, its = getattr(now, name), getattr(base, name)
        text = f"{answer.say(mine)} instead of {answer.say(its)}"
        found.append(Difference(name, answer.label, text))
    mine, its = left_out(now, dataset), left_out(base, dataset)
    if mine != its:
        found.append(Difference("exclude", "Left out", names(mine)))
    if first := getattr(now, "enqueued", []):
        n = len(first)
        text = f"{n} combination{'' if n == 1 else 's'} named by hand"
        found.append(Difference("first", "Tried first", text))
    return found


def same(name: str, now: Configuration, base: Configuration) -> bool:
    mine, its = getattr(now, name), getattr(base, name)
    if name == "metrics":  # the one that ranks is a difference of its own
        return set(mine) - {now.scoring} == set(its) - {base.scoring}
    return bool(mine == its)


def of_target(now: Configuration, dataset: Dataset) -> list[Difference]:
    detected = detected_task(dataset, now.target)
    if now.task == detected:
        return []
    text = f"{now.task} instead of {detected.value}"
    return [Difference("task", "Task", text)]


def of_algorithms(now: Configuration, base: Configuration) -> list[Difference]:
    more = [ALGORITHMS[n].title for n in now.spaces if n not in base.spaces]
    less = [ALGORITHMS[n].title for n in base.spaces if n not in now.spaces]
    if not more and not less:
        return []
    parts = [f"also {', '.join(more)}"] if more else []
    parts += [f"without {', '.join(less)}"] if less else []
    return [Difference("algorithms", "Algorithms", "; ".join(parts))]


def of_spaces(now: Configuration, base: Configuration) -> list[Difference]:
    """Return the values to try that differ, of algorithms that both have.

    Under another strategy every algorithm has other values: that is one difference, and
    said by the strategy.
    """
    listed = {now.strategy == Strategy.GRID, base.strategy == Strategy.GRID}
    found = []
    for name, space in now.spaces.items():
        mine = parse_space(space, algorithm=name)
        if name in base.spaces and len(listed) == 1:
            its = parse_space(base.spaces[name], algorithm=name)
        else:
            algorithm, task = ALGORITHMS[name], TaskType(now.task)
            is_grid = now.strategy == Strategy.GRID
            its = algorithm.grid(task) if is_grid else algorithm.space(task)
        changed = [p for p in [*mine, *its] if mine.get(p) != its.get(p)]
        parts = [
            f"{p} {describe(mine.get(p))} instead of {describe(its.get(p))}"
            for p in dict.fromkeys(changed)
        ]
        if parts:
            title = ALGORITHMS[name].title
            found.append(Difference(f"{SPACE}{name}", title, "; ".join(parts)))
    return found
