import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from runs.search import schema
from runs.search.algorithms import ALGORITHMS
from runs.search.spaces import space_to_json

FILE = Path(schema.__file__).with_name("space.schema.json")
OFFERED = [
    (a, task) for a in ALGORITHMS.values() if a.offered for task in sorted(a.tasks)
]


@pytest.fixture(scope="module")
def validator():
    return Draft202012Validator(schema.space_schema())


def test_published_file_is_current_and_a_schema():
    Draft202012Validator.check_schema(json.loads(FILE.read_text()))
    assert FILE.read_text() == schema.as_text()


@pytest.mark.parametrize(("algorithm", "task"), OFFERED)
def test_default_spaces_are_valid(validator, algorithm, task):
    for space in (algorithm.grid(task), algorithm.space(task)):
        validator.validate({algorithm.name: space_to_json(space)})


@pytest.mark.parametrize(
    "space",
    [
        {"C": [0.1, 1]},
        {"C": 1.0},
        {"C": {"type": "float", "low": 0.1, "high": 10, "log": True}},
        {"kernel": ["rbf", "poly"], "degree": {"type": "int", "low": 2, "high": 4, "when": {"kernel": ["poly"]}}},
    ],
)  # fmt: skip
def test_every_form_is_valid(validator, space):
    assert validator.is_valid({"kernel_svm": space})


@pytest.mark.parametrize(
    "space",
    [
        {"depth": [1]},
        {"C": []},
        {"C": [-1]},
        {"C": {"type": "float", "low": 0.1}},
        {"kernel": ["cosine"]},
    ],
)
def test_what_makes_no_sense_is_not(validator, space):
    assert not validator.is_valid({"kernel_svm": space})
