from datetime import UTC, datetime, timedelta

import pytest

from runs.live.workers import WorkerCard
from runs.templatetags import display


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (0.0, "0.0000"),
        (0.85314, "0.8531"),
        (-0.5, "-0.5000"),
        (3.14159, "3.142"),
        (48.2135, "48.21"),
        (48213.52, "48,213.5"),
        (0.00001234, "1.234e-05"),
        (2.5e12, "2.500e+12"),
    ],
)
def test_figures_are_those_that_matter(value, expected):
    assert display.figures(value) == expected


def test_measured_share_is_in_percent_where_that_is_the_unit():
    assert display.measured(0.29, "mape") == "29.00 %"
    assert display.measured(0.29, "accuracy") == "0.2900"
    assert display.measured(None, "mape") == "–"


def test_score_of_an_error_has_no_sign():
    assert display.score(-3.25, "rmse") == "3.250"


def test_score_of_a_metric_where_greater_is_better_keeps_its_sign():
    assert display.score(-0.25, "r2") == "-0.2500"


def test_names_that_are_not_known_any_more_are_shown_as_they_are():
    assert display.score(0.5, "gone") == "0.5000"
    assert display.metric_title("gone") == "gone"
    assert display.algorithm_title("gone") == "gone"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, "–"),
        (0.0421, "42 ms"),
        (1.25, "1.2 s"),
        (59.9, "59 s"),
        (192, "3 min 12 s"),
        (3600, "1 h 0 min"),
        (90061, "1 d 1 h"),
    ],
)
def test_duration_has_two_units_at_most(seconds, expected):
    assert display.duration(seconds) == expected


def test_parameters_are_pairs_of_name_and_text_by_name():
    found = display.parameters(
        {"alpha": 0.1 + 0.2, "depth": None, "warm": True, "kind": "l2"}
    )

    assert found == [
        ("alpha", "0.3"),
        ("depth", "None"),
        ("kind", "l2"),
        ("warm", "True"),
    ]


def test_fold_states_of_a_worker_on_the_third_of_five():
    worker = WorkerCard("host/1", "Ridge", {}, 1, 3, 5, [0.1, 0.2], None)

    assert display.fold_states(worker) == [
        "done",
        "done",
        "current",
        "waiting",
        "waiting",
    ]


def test_seconds_to_an_end_that_has_not_come_are_unknown():
    start = datetime(2026, 1, 1, tzinfo=UTC)

    assert display.seconds_to(start, start + timedelta(minutes=2)) == 120
    assert display.seconds_to(start, None) is None
