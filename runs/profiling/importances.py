"""A worker's job: how much an algorithm's scores depend on its parameters."""

from typing import Any

from runs.enums import BESIDES, JobState, TrialState
from runs.models import ParameterImportance, Trial
from runs.profiling.jobs import reporter, waiting_rows, work_on
from runs.progress import publish
from runs.search.planning import TrialRecord
from runs.search.spaces import parse_space

UNEXPECTED = (
    "Something went wrong while the importance was computed; the server's log has the "
    "details."
)
DIED = (
    "The process that computed the importance ended {attempts} times before it was "
    "done, most likely for lack of memory."
)


def measure(importance_id: int) -> None:
    rows = ParameterImportance.objects.filter(pk=importance_id)

    def compute(token: str) -> dict[str, Any]:
        from runs.search.importance import importances

        wanted = rows.select_related("run").get()
        run, algorithm = wanted.run, wanted.algorithm
        report = reporter(rows, token)

        def tell(step: str, done: int, total: int) -> None:
            report(step, done, total)
            publish(run.pk)

        found = importances(
            parse_space(run.spaces[algorithm], algorithm=algorithm),
            records_of(wanted),
            seed=run.seed,
            on_progress=tell,
        )
        return {
            "state": JobState.READY,
            "data": {"parameters": [i._asdict() for i in found]},
        }

    run_id = rows.values_list("run_id", flat=True).first()
    work_on(rows, compute, unexpected=UNEXPECTED)
    if run_id is not None:
        publish(run_id)


def records_of(wanted: ParameterImportance) -> list[TrialRecord]:
    """Return the trials that were complete when it was asked for, or as many."""
    trials = Trial.objects.filter(
        run_id=wanted.run_id, algorithm=wanted.algorithm, state=TrialState.COMPLETE
    ).exclude(algorithm__in=BESIDES)
    fields = trials.order_by("finished_at", "number").values_list(
        "algorithm", "params", "state", "value", "number"
    )
    return [
        TrialRecord(algorithm, params, state, value, 0.0, number)
        for algorithm, params, state, value, number in fields[: wanted.n_trials]
    ]


def waiting() -> list[int]:
    return waiting_rows(
        ParameterImportance.objects.all(),
        waiting=JobState.WAITING,
        busy=JobState.WORKING,
        failed=JobState.FAILED,
        died=DIED,
    )
