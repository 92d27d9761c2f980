import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from models_app.explanation.redundancy import redundancy


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    letter = rng.choice(list("abc"), 400)
    return pd.DataFrame(
        {
            "x": x,
            "cube": x**3 + rng.normal(0, 0.01, 400),
            "letter": letter,
            "word": pd.Series(letter).map({"a": "one", "b": "two", "c": "three"}),
            "noise": rng.normal(size=400),
            "other": rng.choice(list("pq"), 400),
        }
    )


KINDS = [True, True, False, False, True, False]


def test_columns_that_tell_the_same_are_one_group(frame):
    assert redundancy(frame, numeric=KINDS).groups == [[0, 1], [2, 3]]


def test_numbers_are_compared_by_ranks(frame):
    found = redundancy(frame, numeric=KINDS).association

    expected = abs(spearmanr(frame["x"], frame["noise"]).statistic)
    assert found[0, 4] == pytest.approx(expected, abs=1e-9)


def test_association_of_the_same_categories_is_one_and_of_noise_near_zero(frame):
    found = redundancy(frame, numeric=KINDS).association

    assert found[2, 3] == pytest.approx(1)
    assert found[2, 5] < 0.15
    assert found[2, 4] < 0.15


def test_number_that_a_category_tells(frame):
    frame["height"] = frame["letter"].map({"a": 0.0, "b": 10.0, "c": 20.0})

    found = redundancy(frame, numeric=[*KINDS, True]).association

    assert found[2, 6] == pytest.approx(1, abs=0.01)


def test_missing_and_constant_columns_are_no_group():
    frame = pd.DataFrame({"a": [np.nan] * 9, "b": [1.0] * 9, "c": ["x"] * 9})

    found = redundancy(frame, numeric=[True, True, False])

    assert found.groups == []
    assert np.isfinite(found.association).all()


def test_single_column_has_no_groups():
    assert redundancy(pd.DataFrame({"a": [1.0, 2.0]}), numeric=[True]).groups == []
