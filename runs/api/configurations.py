"""The document that starts a run, as it is sent."""

from typing import Any

from runs.api.bodies import json_body
from runs.api.problems import FieldError, ProblemError, invalid, pointer
from runs.api.security import ApiRequest
from runs.configuration import Configuration
from runs.forms.documents import read_found
from runs.models import Dataset

EXAMPLE = {
    "target": "species",
    "algorithms": ["random_forest", "logistic_regression"],
    "strategy": "random",
    "n_trials": 20,
    "time_budget_seconds": 120,
}


def configuration_sent(
    request: ApiRequest, dataset: Dataset
) -> tuple[str, Configuration]:
    """Return the name and the configuration that were sent, or name all that is wrong."""
    refuse_unread(dataset)  # before what is sent is looked at
    return read_configuration(json_body(request), dataset)


def read_configuration(
    sent: dict[str, Any], dataset: Dataset, *, below: tuple[str, ...] = ()
) -> tuple[str, Configuration]:
    """Return the name and the configuration of a document; `below` is where it stands."""
    refuse_unread(dataset)
    found = read_found(sent, dataset=dataset)
    if found.problems or found.configuration is None:
        raise invalid(
            FieldError(
                one.text,
                pointer=pointer(*below, *([one.key] if one.key else []), *one.path),
            )
            for one in found.problems
        )
    return found.name, found.configuration


def refuse_unread(dataset: Dataset) -> None:
    if not dataset.is_ready:
        detail = "A run can be configured as soon as the table is read."
        raise ProblemError(409, detail)
