"""What has been found out of how much scores depend on each parameter."""

from runs.enums import JobState
from runs.models import ParameterImportance, Run


def newest_importance(run: Run, algorithm: str) -> ParameterImportance | None:
    return run.importances.filter(algorithm=algorithm).first()


def ready_importance(run: Run, algorithm: str) -> ParameterImportance | None:
    """Return the newest that is ready: shown while a newer one is computed."""
    return run.importances.filter(algorithm=algorithm, state=JobState.READY).first()
