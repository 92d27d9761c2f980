"""What the charts of the analysis say, on trials whose answer is known."""

import numpy as np
import pytest

from runs.charts import (
    contour,
    edf,
    gap,
    importance,
    improvement,
    parallel,
    pareto,
    rank,
    slices,
    stability,
    timeline,
)
from runs.charts.bounds import bound, bound_clause
from tests.runs.charts.trials import DEPTH, KERNEL, RATE, row, trials, view

ALL = [
    contour,
    edf,
    gap,
    improvement,
    parallel,
    pareto,
    rank,
    slices,
    stability,
    timeline,
]


def rising(n=20):
    """Return trials that are better the greater their depth."""
    return trials(
        *(
            row(i, 0.5 + i / 100, params={"depth": i, "rate": 0.1, "kernel": "rbf"})
            for i in range(n)
        )
    )


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: chart.__name__)
@pytest.mark.parametrize(
    "rows",
    [[], [row(0, None)], [row(0)], [row(0), row(1)]],
    ids=["none", "failed", "one", "two equal"],
)
def test_every_chart_has_a_sentence_and_a_sheet_for_few_trials(chart, rows):
    found, asked = trials(*rows), view(DEPTH, RATE)

    assert chart.reading(found, asked).endswith(".")
    sheet = chart.sheet(found, asked)
    assert all(len(r) == len(sheet.header) for r in sheet.rows)


def test_improvement_names_the_best_and_what_came_after():
    found = trials(row(0, 0.7), row(1, 0.8), row(2, 0.75), row(3, None))

    assert improvement.reading(found, view()) == (
        "The best Accuracy, 0.8000, is trial 1 (Forest), which gained 0.1000 on the "
        "best before it; the 1 trial since then brought nothing better."
    )


def test_improvement_follows_the_least_where_less_is_better():
    found = trials(row(0, 5.0), row(1, 4.0), row(2, 6.0), sign=-1.0)

    rows = improvement.sheet(found, view(greater_is_better=False)).rows

    assert [r[3] for r in rows] == [5.0, 4.0, 4.0]


def test_bound_is_the_side_on_which_nothing_came_close():
    x = np.arange(20.0)
    score = np.where(x < 8, 0.5, 0.9 + x / 1000)

    found = bound(x, score)

    assert (found.side, found.at, found.best) == ("below", 15.0, pytest.approx(0.914))


def test_bound_clause_of_categories_names_those_without_a_good_trial():
    found = trials(
        *(row(i, 0.9 + i / 100, params={"kernel": "rbf"}) for i in range(8)),
        *(row(i, 0.7, params={"kernel": "poly"}) for i in range(8, 13)),
    )

    assert bound_clause(found, KERNEL) == (
        "with kernel = poly nothing was better than 0.7000"
    )


def test_slice_says_where_the_best_lie():
    assert slices.reading(rising(), view(DEPTH)) == (
        "The best 2 of 20 trials have depth between 18 and 19; below 15 nothing was "
        "better than 0.6400."
    )


def test_parallel_names_what_the_best_share():
    text = parallel.reading(rising(), view(DEPTH, RATE, KERNEL))

    assert text == "The best 2 of 20 trials share depth 18 to 19."


def test_rank_says_which_way_ranks_go():
    text = rank.reading(rising(), view(DEPTH, RATE))

    assert text == (
        "Greater depth ranks better (Spearman 1.00) and rate alone does not order the "
        "trials."
    )


def test_ranks_of_equal_scores_are_shared():
    assert rank.ranks(np.array([0.5, 0.9, 0.9, 0.1])).tolist() == [3.0, 1.5, 1.5, 4.0]


def test_contour_says_where_the_best_is():
    text = contour.reading(rising(), view(DEPTH, RATE))

    assert (
        text == "The best, 0.6900, is at depth = 19 and rate = 0.1, of 20 places tried."
    )


def test_stability_compares_the_lead_with_the_spread():
    close = trials(row(0, 0.9), row(1, 0.899))

    assert "leads trial 1 by 0.0010, and 2 trials are within" in stability.reading(
        close, view()
    )
    clear = trials(row(0, 0.9), row(1, 0.5))
    assert stability.reading(clear, view()).endswith("more than that.")


def test_gap_names_the_parameter_that_opens_it():
    found = trials(
        *(row(i, 0.7, train=[0.7 + i / 50], params={"depth": i}) for i in range(12))
    )

    assert gap.reading(found, view(DEPTH)).endswith(
        "the gap grows with depth (Spearman 1.00)."
    )


def test_timeline_counts_overlapping_trials_of_a_worker_once():
    found = trials(
        row(0, started=0.0, finished=4.0),
        row(1, started=0.0, finished=4.0),
        row(2, started=2.0, finished=4.0, worker="host/2"),
    )

    assert timeline.busy(found) == (2, pytest.approx(0.75))


def test_timeline_takes_a_process_in_the_place_of_another_for_no_further_worker():
    found = trials(
        row(0, started=0.0, finished=4.0),
        row(1, started=0.0, finished=2.0, worker="host/2"),
        row(2, started=2.0, finished=4.0, worker="host/3"),
        row(3, started=4.0, finished=6.0, worker="host/3"),
    )

    assert timeline.busy(found) == (2, pytest.approx(10 / 12))
    assert timeline.reading(found, view()).startswith(
        "2 workers spent 83 % of the time"
    )


def test_importance_says_what_most_of_the_gain_comes_from():
    shares = [
        {"name": n, "fanova": f, "ped_anova": f, "n_trials": 20, "when": ""}
        for n, f in (("depth", 0.8), ("rate", 0.2))
    ]

    text = importance.reading(shares, rising(), view(DEPTH, RATE))

    assert text == (
        "Most of the gain comes from depth (80 %); below 15 nothing was better than "
        "0.6400."
    )
