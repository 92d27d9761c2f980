from hypothesis import given
from hypothesis import strategies as st

from runs.charts.history import HistoryData, history_data, history_figure

POINTS = [(2, 0.8, "forest"), (0, 0.7, "ridge"), (1, 0.6, "forest"), (3, 0.75, "ridge")]


def test_history_data_of_unordered_points_follows_the_best_by_number():
    data = history_data(
        POINTS, metric="R²", greater_is_better=True, titles={"forest": "Forest"}
    )

    assert data == HistoryData(
        metric="R²",
        numbers=[0, 1, 2, 3],
        values=[0.7, 0.6, 0.8, 0.75],
        algorithms=["ridge", "Forest", "Forest", "ridge"],
        best_numbers=[0, 2, 3],
        best_values=[0.7, 0.8, 0.8],
    )


def test_history_data_when_smaller_is_better_goes_down():
    data = history_data(POINTS, metric="RMSE", greater_is_better=False)

    assert data.best_numbers == [0, 1, 3]
    assert data.best_values == [0.7, 0.6, 0.6]


def test_history_data_without_points_is_empty():
    data = history_data([], metric="R²", greater_is_better=True)

    assert data == HistoryData("R²", [], [], [], [], [])


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
    greater=st.booleans(),
    limit=st.integers(1, 20),
)
def test_history_data_ends_at_the_best_of_all_and_keeps_every_improvement(
    values, greater, limit
):
    points = [(i, value, "a") for i, value in enumerate(values)]

    data = history_data(points, metric="m", greater_is_better=greater, limit=limit)

    assert data.best_values[-1] == (max(values) if greater else min(values))
    assert data.best_numbers[-1] == len(values) - 1
    # The last point only carries the line on to the last trial.
    improvements = set(data.best_numbers) - {len(values) - 1}
    assert improvements <= set(data.numbers)
    assert len(data.numbers) <= limit + len(data.best_numbers)


def test_history_figure_has_a_trace_an_algorithm_the_best_line_and_the_marked_trial():
    data = history_data(POINTS, metric="R²", greater_is_better=True)

    figure = history_figure(data, highlight=1)

    assert [trace.name for trace in figure.data] == [
        "Best so far",
        "ridge",
        "forest",
        "Trial 1",
    ]
    assert list(figure.data[2].x) == [1, 2]
    assert list(figure.data[3].y) == [0.6]
    assert figure.layout.xaxis.title.text == "Trial number"
    assert figure.layout.yaxis.title.text == "R²"


def test_history_figure_without_trials_says_so():
    figure = history_figure(
        history_data([], metric="R²", greater_is_better=True), highlight=3
    )

    assert len(figure.data) == 0
    assert figure.layout.annotations[0].text == "No trial has been scored yet."
