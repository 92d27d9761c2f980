import json

import pytest

from runs.management.specification import KEYS, parse_specification, read_specification
from runs.search.problem import SpecError


def test_read_specification_gives_the_arguments_of_configure(tmp_path):
    path = tmp_path / "run.json"
    spaces = {"random_forest": {"max_depth": [2, None]}}
    path.write_text(json.dumps({"target": "y", "algorithms": spaces, "cv": 3}))

    assert read_specification(path) == {"target": "y", "spaces": spaces, "n_splits": 3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1, column 2"),
        ("[]", "one JSON object"),
        ('{"targt": "y"}', "unknown key “targt”"),
        ('{"cv": "five"}', "“cv” must be a whole number"),
        ('{"seed": true}', "“seed” must be a whole number"),
        ('{"cv": 3, "n_splits": 4}', "twice"),
        ('{"algorithms": {"ridge": [1, 2]}}', "space of “ridge”"),
    ],
)
def test_read_specification_of_wrong_file_says_what_is_wrong(tmp_path, text, words):
    path = tmp_path / "run.json"
    path.write_text(text)

    with pytest.raises(SpecError, match=words):
        read_specification(path)


def test_read_specification_of_missing_file_names_it(tmp_path):
    with pytest.raises(SpecError, match=r"none\.json"):
        read_specification(tmp_path / "none.json")


@pytest.mark.parametrize("key", KEYS)
def test_null_means_not_given(key):
    assert parse_specification({key: None}) in ({KEYS[key]: None}, {"spaces": None})
