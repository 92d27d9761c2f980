import json

import pytest

from runs.search import estimator_defaults
from runs.search.parameters import PARAMETERS
from runs.search.problem import TaskType


@pytest.mark.slow
def test_stored_defaults_are_those_of_the_estimators():
    assert json.loads(estimator_defaults.PUBLISHED.read_text()) == (
        estimator_defaults.measured()
    )


def test_defaults_tell_what_scikit_learn_documents():
    forest = estimator_defaults.defaults_of("random_forest", TaskType.REGRESSION)

    assert (forest["n_estimators"], forest["max_features"]) == (100, 1.0)
    assert estimator_defaults.defaults_of("ridge", TaskType.BINARY) == {}


@pytest.mark.parametrize("algorithm", PARAMETERS)
def test_every_parameter_says_what_it_does_and_what_it_costs(algorithm):
    for parameter in PARAMETERS[algorithm]:
        assert parameter.about.endswith("."), parameter.name
        assert parameter.costs.endswith("."), parameter.name
