"""Tuneboard from Python: upload a table, search, watch, predict, take the model away.

`tuneboard_client.sklearn` has the same as estimators of scikit-learn.
"""

from tuneboard_client.answers import Prediction
from tuneboard_client.client import Client
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
    ServerError,
    TooManyRequestsError,
    TuneboardError,
    UnreachableError,
    WaitTimeoutError,
)
from tuneboard_client.events import Event
from tuneboard_client.models import Model
from tuneboard_client.projects import Project
from tuneboard_client.runs import Run

__version__ = "0.1.0"

__all__ = [
    "AuthenticationError",
    "Client",
    "ConflictError",
    "Dataset",
    "Event",
    "FailedError",
    "FieldProblem",
    "ForbiddenError",
    "InvalidRequestError",
    "Model",
    "NotFoundError",
    "Options",
    "Prediction",
    "Problem",
    "ProblemError",
    "Project",
    "Run",
    "RunDocument",
    "ServerError",
    "TooManyRequestsError",
    "TuneboardError",
    "UnreachableError",
    "WaitTimeoutError",
    "configure",
]
