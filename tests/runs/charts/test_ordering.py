import pytest

from runs.charts.ordering import in_own_order


@pytest.mark.parametrize(
    ("values", "ordered"),
    [
        (["10", "9", "-1.5"], ["-1.5", "9", "10"]),
        ([3, 1, 2], [1, 2, 3]),
        (["2024-02-01", "2023-12-31T10:00"], ["2023-12-31T10:00", "2024-02-01"]),
        (["1", "a"], None),
        (["1", "nan"], None),
        ([True, False], None),
        ([1, 10**400], None),
        (["2024-01-01", "2024-01-01T00:00+01:00"], None),
    ],
)
def test_numbers_and_dates_have_an_order_of_their_own(values, ordered):
    assert in_own_order(values) == ordered
