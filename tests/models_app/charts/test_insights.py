import pytest

from models_app.charts import insights
from models_app.charts.insights import Rival

PERMUTATION = {
    "columns": ["age", "sex", "name"],
    "mean": [0.2, 0.05, 0.001],
    "spread": [0.01, 0.01, 0.01],
    "score": 0.8,
    "metric": "ROC AUC",
    "n_repeats": 5,
}


def test_drivers_are_the_columns_that_matter_by_more_than_chance():
    found = insights.drivers(PERMUTATION, {"age": "the higher, the lower survival"})

    assert found.text == (
        "age (the higher, the lower survival) and sex drive the predictions most."
    )
    assert found.evidence == (
        "ROC AUC lost when shuffled: age 0.2000 ± 0.0100; sex 0.0500 ± 0.0100. 2 of 3 columns "
        "matter by more than chance."
    )


def test_drivers_of_large_numbers_are_written_out():
    large = {**PERMUTATION, "mean": [59757.1, 0, 0], "spread": [3267.9, 1, 1]}

    found = insights.drivers({**large, "metric": "RMSE"}, {})

    assert "RMSE lost when shuffled: age 59,757.1 ± 3,267.9." in found.evidence


def test_drivers_of_a_model_that_uses_no_column_is_a_warning():
    found = insights.drivers({**PERMUTATION, "mean": [0.001, 0.0, -0.01]}, {})

    assert found.tone == "warning"
    assert found.text.startswith("No single column matters")


@pytest.mark.parametrize(
    ("grid", "mean", "words"),
    [
        ([1, 2, 3], [0.1, 0.2, 0.5], "the higher, the higher price"),
        ([1, 2, 3], [0.5, 0.2, 0.1], "the higher, the lower price"),
        ([1, 2, 3], [0.1, 0.9, 0.1], "up and down"),
        ([1, 2, 3], [0.1, 0.1, 0.1], ""),
        (["a", "b"], [0.1, 0.7], "highest price for b"),
        ([1], [0.1], ""),
    ],
)
def test_way_says_how_the_prediction_moves(grid, mean, words):
    assert insights.way(grid, mean, "price") == words


def test_confused_names_the_pair_with_most_rows():
    counts = [[80, 20, 0], [5, 90, 5], [0, 12, 88]]

    found = insights.confused({"labels": ["a", "b", "c"], "counts": counts})

    assert found.text == "20% of “a” is taken for “b”. 1 more pair is confused."
    assert "“a” for “b”: 20 rows; “c” for “b”: 12 rows" in found.evidence


def test_confused_of_a_good_matrix_is_good():
    found = insights.confused({"labels": ["a", "b"], "counts": [[95, 5], [2, 98]]})

    assert found.tone == "good"


@pytest.mark.parametrize(
    ("train", "test", "tone", "words"),
    [
        ([1.0, 1.0], [0.6, 0.62], "warning", "It overfits: 22%"),
        ([0.8, 0.8], [0.795, 0.8], "note", "It does not overfit"),
        ([0.9, 0.9], [0.8, 0.82], "note", "It keeps 78%"),
        ([0.9, 0.9], [0.4, 0.5], "warning", "no better than guessing"),
    ],
)
def test_fit_compares_what_is_gained_over_guessing(train, test, tone, words):
    found = insights.fit(
        train, test, greater_is_better=True, baseline=0.5, title="ROC AUC"
    )

    assert found.tone == tone
    assert words in found.text


def test_fit_of_an_error_is_turned_round():
    found = insights.fit(
        [1.0], [1.1], greater_is_better=False, baseline=5.0, title="RMSE"
    )

    assert found.text.startswith("It does not overfit")
    assert "RMSE 1.000 on the rows fitted, 1.100 on the others, 5.000 by guessing" in (
        found.evidence
    )


def test_fit_without_scores_on_the_rows_fitted_says_nothing():
    found = insights.fit(
        [], [0.8], greater_is_better=True, baseline=0.5, title="ROC AUC"
    )

    assert found is None


def test_leakage_suspects_a_column_that_makes_a_perfect_score():
    leaking = {**PERMUTATION, "mean": [0.49, 0.001, 0.0], "score": 0.999}

    assert insights.leakage(leaking, best=1.0).text.startswith("age alone makes")
    assert insights.leakage({**leaking, "score": 0.8}, best=1.0) is None
    assert insights.leakage(PERMUTATION, best=1.0) is None


def test_simpler_points_to_a_model_that_is_statistically_as_good():
    rivals = [
        Rival(4, "Ridge", 0.81, 0.4, is_worse=True),
        Rival(7, "Decision tree", 0.7, 0.001, is_worse=True),
    ]

    found = insights.simpler(rivals, title="R²", value=0.82)

    assert found.text.startswith("Ridge is statistically as good")
    assert found.trials == (4, 7)
    only_tree = insights.simpler(rivals[1:], title="R²", value=0.82)
    assert only_tree.tone == "good"


def test_weak_segment_names_where_the_loss_is_largest():
    weak = {
        "parts": [["sex", "male"], ["age", "0 to 10"]],
        "n_rows": 40,
        "loss": 1.2,
        "loss_elsewhere": 0.3,
    }

    found = insights.weak_segment({"weak": [weak], "n_tested": 50}, "Log loss")

    assert found.text == "It is weakest where sex = male and age = 0 to 10."
    assert found.evidence.startswith(
        "Log loss 1.200 there (40 rows), 0.3000 elsewhere."
    )


def test_redundant_names_the_strongest_group():
    groups = [
        {"columns": ["a", "b"], "association": 0.8},
        {"columns": ["c", "d", "e"], "association": 0.95},
    ]

    found = insights.redundant({"groups": groups})

    assert found.text.startswith("c, d and e tell nearly the same; there is 1 more")
