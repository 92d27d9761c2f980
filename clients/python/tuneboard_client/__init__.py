"""Tuneboard from Python: upload a table, search, watch, predict, take the model away.

`tuneboard_client.sklearn` has the same as estimators of scikit-learn.
"""

from tuneboard_client.answers import Prediction
from tuneboard_client.client import Client
from tuneboard_client.comparing import Comparison
from tuneboard_client.datasets import Dataset
from tuneboard_client.documents import Options, RunDocument, configure
from tuneboard_client.errors import (
    AuthenticationError,
    ConflictError,
    FailedError,
    FieldProblem,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    Problem,
    ProblemError,
    RowsWarning,
    ServerError,
    TooManyRequestsError,
    TuneboardError,
    UnreachableError,
    WaitTimeoutError,
)
from tuneboard_client.events import Event
from tuneboard_client.members import Member
from tuneboard_client.models import Model
from tuneboard_client.presets import Preset
from tuneboard_client.projects import Project
from tuneboard_client.runs import Run
from tuneboard_client.workers import Workers

__version__ = "0.1.0"

__all__ = [
    "AuthenticationError",
    "Client",
    "Comparison",
    "ConflictError",
    "Dataset",
    "Event",
    "FailedError",
    "FieldProblem",
    "ForbiddenError",
    "InvalidRequestError",
    "Member",
    "Model",
    "NotFoundError",
    "Options",
    "Prediction",
    "Preset",
    "Problem",
    "ProblemError",
    "Project",
    "RowsWarning",
    "Run",
    "RunDocument",
    "ServerError",
    "TooManyRequestsError",
    "TuneboardError",
    "UnreachableError",
    "WaitTimeoutError",
    "Workers",
    "configure",
]
