import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runs.charts import pareto
from tests.runs.charts.trials import row, trials, view

SMALL = st.integers(0, 6).map(float)  # few values: ties are the hard part


@given(st.lists(st.tuples(SMALL, SMALL), max_size=25))
def test_front_is_what_comparing_all_pairs_gives(points):
    cost = np.array([c for c, _ in points])
    score = np.array([s for _, s in points])

    def is_beaten(i):
        return any(
            c <= cost[i] and s >= score[i] and (c < cost[i] or s > score[i])
            for c, s in points
        )

    brute = {i for i in range(len(points)) if not is_beaten(i)}
    assert set(pareto.front(cost, score)) == brute


def test_reading_says_what_nearly_the_best_costs():
    found = trials(
        row(0, 0.5, seconds=0.5), row(1, 0.899, seconds=1.2), row(2, 0.9, seconds=60.0)
    )

    assert pareto.reading(found, view()) == (
        "3 trials of 3 are on the front; trial 1 has 0.8990 in 1.2 s, the best 0.9000 "
        "in 1 min 0 s."
    )


def test_sheet_marks_the_front():
    found = trials(row(0, 0.8, seconds=2.0), row(1, 0.9, seconds=1.0))

    rows = pareto.sheet(found, view()).rows

    assert [r[-1] for r in rows] == [False, True]
