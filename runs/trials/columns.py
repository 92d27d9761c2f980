"""What there is to know of a run's trials, column by column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from django.db.models import (
    CharField,
    DateTimeField,
    DurationField,
    Expression,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
)

from runs.models import Run, Trial
from runs.queries import algorithm_title
from runs.search.metrics import METRICS
from runs.search.parameters import PARAMETERS, Value
from runs.trials.json_sql import JsonMean, JsonSum, parameter_number, parameter_text

Kind = Literal[
    "number", "seconds", "megabytes", "moment", "choice", "text", "folds", "parameter"
]
MEGABYTE = 1024**2
# Of the other metrics so many are shown until somebody asks for more.
METRICS_SHOWN = 2


@dataclass(frozen=True)
class TrialColumn:
    """A column: how it is named, sorted, filtered and read off a trial.

    `expression` is what the database sorts and filters by; `turned` says that people
    read its negative. `read` gives the value of a file: plain, in people's terms.
    """

    name: str
    label: str
    kind: Kind
    read: Callable[[Trial], Any]
    fields: tuple[str, ...] = ()
    expression: Any = None
    second: Any = None
    turned: bool = False
    metric: str = ""
    title: str = ""
    shown: bool = True
    choices: tuple[Value, ...] = ()
    ranged: bool = False

    @property
    def is_sorted_best_first(self) -> bool:
        """Whether the first click asks for the greatest stored value: the best."""
        return bool(self.metric)


def field(name: str, kind: type[Any]) -> Expression:
    return ExpressionWrapper(F(name), output_field=kind())


def span() -> Expression:
    return ExpressionWrapper(
        F("finished_at") - F("started_at"), output_field=DurationField()
    )


def columns_of(run: Run, algorithm: str = "") -> list[TrialColumn]:
    """Return the columns of a run's trials, with the parameters of one algorithm."""
    parameters = parameter_columns(run, [algorithm]) if algorithm else []
    return [
        TrialColumn(
            "number",
            "Trial",
            "number",
            lambda t: t.number,
            ("number",),
            field("number", IntegerField),
            ranged=True,
        ),
        TrialColumn(
            "algorithm",
            "Algorithm",
            "choice",
            lambda t: t.algorithm,
            ("algorithm",),
            field("algorithm", CharField),
        ),
        TrialColumn(
            "params",
            "Parameters",
            "text",
            lambda t: t.full_params,
            ("params", "found", "error"),
            field("params_key", CharField),
            shown=not parameters,
        ),
        *parameters,
        TrialColumn(
            "state",
            "State",
            "choice",
            lambda t: t.state,
            ("state",),
            field("state", CharField),
        ),
        *metric_columns(run),
        TrialColumn(
            "folds",
            "Folds",
            "folds",
            lambda t: [METRICS[run.scoring].display(s) for s in t.fold_scores],
            ("fold_scores",),
            title=f"{METRICS[run.scoring].title} on each fold",
        ),
        *time_columns(),
        TrialColumn(
            "worker",
            "Worker",
            "text",
            lambda t: t.worker,
            ("worker",),
            field("worker", CharField),
            shown=False,
        ),
        TrialColumn(
            "memory",
            "Memory",
            "megabytes",
            lambda t: (
                None if t.peak_memory_bytes is None else t.peak_memory_bytes / MEGABYTE
            ),
            ("peak_memory_bytes",),
            field("peak_memory_bytes", FloatField),
            title="Most memory of its process as a whole, in MB",
            shown=False,
            ranged=True,
        ),
        TrialColumn(
            "origin",
            "Proposed by",
            "choice",
            lambda t: t.origin,
            ("origin",),
            field("origin", CharField),
            shown=False,
        ),
    ]


def metric_columns(run: Run) -> list[TrialColumn]:
    found = [
        metric_column(run.scoring, "value", ("value", "fold_scores"), F("value")),
        *(
            metric_column(
                name,
                name,
                ("metrics",),
                JsonMean("metrics", name),
                shown=at < METRICS_SHOWN,
            )
            for at, name in enumerate(run.all_metrics[1:])
            if name in METRICS
        ),
    ]
    if run.train_scores:
        title = METRICS[run.scoring].title
        column = metric_column(
            run.scoring,
            "train",
            ("train_metrics",),
            JsonMean("train_metrics", run.scoring),
            label=f"{title}, rows fitted",
            shown=False,
        )
        found.append(column)
    return found


def metric_column(
    metric: str,
    name: str,
    fields: tuple[str, ...],
    expression: Any,  # noqa: ANN401
    *,
    label: str = "",
    shown: bool = True,
) -> TrialColumn:
    known = METRICS[metric]

    def read(trial: Trial) -> float | None:
        if name == "value":
            stored = trial.value
        else:
            scores = (trial.train_metrics if name == "train" else trial.metrics).get(
                metric
            )
            stored = sum(scores) / len(scores) if scores else None
        return None if stored is None else known.display(stored)

    return TrialColumn(
        name,
        label or known.title,
        "number",
        read,
        fields,
        expression,
        turned=not known.greater_is_better,
        metric=metric,
        title="Mean over the folds",
        shown=shown,
        ranged=True,
    )


def time_columns() -> list[TrialColumn]:
    return [
        TrialColumn(
            "fit",
            "Fit",
            "seconds",
            lambda t: sum(t.fit_seconds) if t.fit_seconds else None,
            ("fit_seconds",),
            JsonSum("fit_seconds"),
            title="Time of its fits over all folds, added up",
            ranged=True,
        ),
        TrialColumn(
            "scoring",
            "Scoring",
            "seconds",
            lambda t: sum(t.score_seconds) if t.score_seconds else None,
            ("score_seconds",),
            JsonSum("score_seconds"),
            title="Time of its predictions over all folds, added up",
            shown=False,
            ranged=True,
        ),
        TrialColumn(
            "duration",
            "Duration",
            "seconds",
            read_duration,
            ("started_at", "finished_at"),
            span(),
            title="From taken by a worker to recorded; trials that share a fit share it",
            ranged=True,
        ),
        TrialColumn(
            "started",
            "Begun",
            "moment",
            lambda t: t.started_at,
            ("started_at",),
            field("started_at", DateTimeField),
            shown=False,
            ranged=True,
        ),
        TrialColumn(
            "finished",
            "Ended",
            "moment",
            lambda t: t.finished_at,
            ("finished_at",),
            field("finished_at", DateTimeField),
            shown=False,
            ranged=True,
        ),
    ]


def read_duration(trial: Trial) -> float | None:
    if trial.started_at is None or trial.finished_at is None:
        return None
    spent: timedelta = trial.finished_at - trial.started_at
    return spent.total_seconds()


def parameter_columns(run: Run, algorithms: Sequence[str]) -> list[TrialColumn]:
    """Return a column for each parameter that the spaces of some algorithms name."""
    names = dict.fromkeys(
        name for algorithm in algorithms for name in run.spaces.get(algorithm, {})
    )
    return [parameter_column(run, algorithms, name) for name in names]


def parameter_column(run: Run, algorithms: Sequence[str], name: str) -> TrialColumn:
    known = [
        parameter
        for algorithm in algorithms
        for parameter in PARAMETERS.get(algorithm, ())
        if parameter.name == name
    ]
    words = dict.fromkeys(
        word
        for parameter in known
        for word in parameter.words
        if word != "auto" or parameter.name == "max_features"
    )
    where = " of ".join([name, algorithm_title(algorithms[0])])
    return TrialColumn(
        f"param_{name}",
        name,
        "parameter",
        lambda t: t.full_params.get(name),
        ("params", "found"),
        parameter_number(name),
        parameter_text(name),
        title=known[0].help if known else where,
        choices=tuple(words),
        ranged=any(p.whole is not None or p.reals is not None for p in known),
    )


def one_algorithm(run: Run, asked: Sequence[str]) -> str:
    """Return the algorithm whose parameters become columns: the only one asked for."""
    known = [name for name in dict.fromkeys(asked) if name in run.spaces]
    if len(known) == 1:
        return known[0]
    return next(iter(run.spaces)) if len(run.spaces) == 1 else ""
