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


class Scope(models.TextChoices):
    """What a token of the API may do; what a member may do still holds besides."""

    READ = "read", "Read: look at everything its user may see"
    WRITE = "write", "Write: create, steer and delete"


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


class Origin(models.TextChoices):
    """Who thought of a trial's combination."""

    SAMPLER = "", "Sampler"
    PERSON = "person", "By hand"
    COPY = "copy", "Copied from a trial"


class Halt(models.TextChoices):
    """Why a trial is not to be fitted, or not further, while its run goes on."""

    NONE = "", "None"
    PERSON = "person", "Stopped by hand"
    # By a switch, a range or a budget: it is taken up again where these want it.
    ASIDE = "aside", "Set aside"


class Descent(models.TextChoices):
    """How a run came out of an earlier one."""

    NONE = "", "New"
    CLONE = "clone", "Same settings"
    REFINE = "refine", "Refined around the best"
    CONTINUE = "continue", "Continued with more budget"


class EventKind(models.TextChoices):
    PHASE = "phase", "Phase"
    TRIALS_STARTED = "trials_started", "Trials started"
    TRIALS_ENDED = "trials_ended", "Trials ended"
    TRIALS_RETURNED = "trials_returned", "Trials returned to the queue"
    REQUEST = "request", "Request"
    STEERING = "steering", "Steering"
    MODEL = "model", "Model"
    NOTE = "note", "Note"


class Level(models.TextChoices):
    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class Action(models.TextChoices):
    """What the audit log knows; the part before the point is its kind."""

    SIGNED_IN = "account.signed_in", "Signed in"
    SIGNED_OUT = "account.signed_out", "Signed out"
    SIGN_IN_FAILED = "account.sign_in_failed", "Sign-in failed"
    LOCKED_OUT = "account.locked_out", "Sign-in locked"
    PASSWORD_CHANGED = "account.password_changed", "Password changed"
    TOKEN_CREATED = "token.created", "Token created"
    TOKEN_REVOKED = "token.revoked", "Token revoked"
    PROJECT_CREATED = "project.created", "Project created"
    PROJECT_CHANGED = "project.changed", "Project changed"
    PROJECT_DELETED = "project.deleted", "Project deleted"
    MEMBER_ADDED = "member.added", "Member added"
    MEMBER_CHANGED = "member.changed", "Member’s role changed"
    MEMBER_REMOVED = "member.removed", "Member removed"
    DATASET_UPLOADED = "dataset.uploaded", "Dataset uploaded"
    DATASET_CHANGED = "dataset.changed", "Dataset read otherwise or renamed"
    DATASET_DOWNLOADED = "dataset.downloaded", "Dataset downloaded"
    DATASET_DELETED = "dataset.deleted", "Dataset deleted"
    PRESET_SAVED = "preset.saved", "Preset saved"
    PRESET_CHANGED = "preset.changed", "Preset changed"
    PRESET_DELETED = "preset.deleted", "Preset deleted"
    RUN_STARTED = "run.started", "Run started"
    RUN_STEERED = "run.steered", "Run steered"
    RUN_DELETED = "run.deleted", "Run deleted"
    MODEL_REQUESTED = "model.requested", "Model requested"
    MODEL_STAGED = "model.staged", "Model’s stage changed"
    MODEL_DECIDED = "model.decided", "Model’s decision changed"
    MODEL_EXPORTED = "model.exported", "Model exported"
    MODEL_DOWNLOADED = "model.downloaded", "Model downloaded"
    MODEL_DELETED = "model.deleted", "Model deleted"
    PREDICTION_ASKED = "prediction.asked", "File predicted"
    PREDICTION_DOWNLOADED = "prediction.downloaded", "Predictions downloaded"

    @property
    def kind(self) -> str:
        return str(self.value).partition(".")[0]


class Through(models.TextChoices):
    """By which door somebody came."""

    PAGE = "page", "Page"
    API = "api", "API"
    COMMAND = "command", "Command"
