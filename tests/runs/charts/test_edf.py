import numpy as np

from runs.charts import edf
from tests.runs.charts.trials import row, trials, view


def test_shares_are_those_of_numpy():
    values = np.random.default_rng(0).choice(np.linspace(0, 1, 9), 200)

    found, shares = edf.shares(values)

    assert shares.tolist() == [np.mean(values <= v) for v in found]


def test_reading_names_the_algorithm_with_the_better_middle():
    found = trials(
        *(row(i, v) for i, v in enumerate([0.7, 0.8, 0.9])),
        *(row(i, v, algorithm="ridge") for i, v in enumerate([0.6, 0.65, 0.95], 3)),
    )

    assert edf.reading(found, view()) == (
        "Half of the trials of Forest reach 0.8000, of Ridge 0.6500: Forest is good "
        "with more of its combinations."
    )


def test_reading_turns_round_where_less_is_better():
    found = trials(row(0, 3.0), row(1, 5.0), sign=-1.0)

    text = edf.reading(found, view(greater_is_better=False))

    assert text == "Half of the trials of Forest stay below 4.000; the best has 3.000."
