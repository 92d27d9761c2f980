"""States and roles, as stored."""

from django.db import models

# Trials that are not of a run's plan: the line to beat, and the best ones together.
BASELINE = "baseline"
ENSEMBLE = "ensemble"
BESIDES = (BASELINE, ENSEMBLE)


class Role(models.TextChoices):
    """What a member may do in a project; each role includes the ones before it."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    OWNER = "owner", "Owner"

    @classmethod
    def at_least(cls, role: "Role") -> list["Role"]:
        members = list(cls)
        return members[members.index(role) :]


class DatasetState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    READING = "reading", "Reading"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class JobState(models.TextChoices):
    """Where something is that a worker computes of a dataset."""

    WAITING = "waiting", "Waiting"
    WORKING = "working", "Working"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Strategy(models.TextChoices):
    GRID = "grid", "Grid"
    RANDOM = "random", "Random"
    TPE = "tpe", "TPE"
    HALVING = "halving", "Successive halving"


class Scheme(models.TextChoices):
    """How the rows of a search become folds; values are those of `Split.scheme`."""

    KFOLD = "kfold", "K-fold"
    REPEATED = "repeated", "Repeated k-fold"
    GROUP = "group", "Group k-fold"
    TIME = "time", "Time-ordered"
    HOLDOUT = "holdout", "Single validation part"
    PREDEFINED = "predefined", "Fold column"


class Share(models.TextChoices):
    """How several algorithms share a budget."""

    EQUAL = "equal", "Equal shares"
    ADAPTIVE = "adaptive", "More to those ahead"


class Task(models.TextChoices):
    """The kinds of problem; values are those of `runs.search.problem.TaskType`."""

    BINARY = "binary", "Binary classification"
    MULTICLASS = "multiclass", "Multiclass classification"
    REGRESSION = "regression", "Regression"


class Phase(models.TextChoices):
    """Where a run is; only `runs.lifecycle` changes it."""

    QUEUED = "queued", "Queued"
    PREPARING = "preparing", "Preparing"
    SEARCHING = "searching", "Searching"
    PAUSED = "paused", "Paused"
    STOPPING = "stopping", "Stopping"
    REFITTING = "refitting", "Refitting"
    EVALUATING = "evaluating", "Evaluating"
    EXPLAINING = "explaining", "Explaining"
    FINISHED = "finished", "Finished"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"

    @classmethod
    def ended(cls) -> list["Phase"]:
        return [cls.FINISHED, cls.STOPPED, cls.FAILED]

    @classmethod
    def after_search(cls) -> list["Phase"]:
        return [cls.REFITTING, cls.EVALUATING, cls.EXPLAINING]


class Wish(models.TextChoices):
    """What somebody asked of a run and the lifecycle has still to carry out."""

    NONE = "", "Nothing"
    PAUSE = "pause", "Pause"
    RESUME = "resume", "Resume"
    STOP = "stop", "Stop"


class TrialState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    PRUNED = "pruned", "Pruned"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"

    @classmethod
    def ended(cls) -> list["TrialState"]:
        return [cls.COMPLETE, cls.PRUNED, cls.FAILED, cls.SKIPPED]


class EventKind(models.TextChoices):
    PHASE = "phase", "Phase"
    TRIALS_STARTED = "trials_started", "Trials started"
    TRIALS_ENDED = "trials_ended", "Trials ended"
    TRIALS_RETURNED = "trials_returned", "Trials returned to the queue"
    REQUEST = "request", "Request"
    MODEL = "model", "Model"
    NOTE = "note", "Note"


class Level(models.TextChoices):
    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"
