from runs.charts.missing import missing_data, missing_figure

STORED = {
    "by_column": [["age", 3], ["cabin", 2], ["port", 1]],
    "blocks": {
        "columns": ["age", "cabin"],
        "starts": [0, 50],
        "shares": [[0.02, 0.04], [0.0, 0.04]],
    },
}


def test_data_counts_rows_from_one_and_in_percent():
    data = missing_data(STORED)

    assert data == (["age", "cabin"], [1, 51], [[2.0, 4.0], [0.0, 4.0]], 1)


def test_figure_has_an_edge_more_than_blocks_and_a_scale_that_shows_little():
    [trace] = missing_figure(missing_data(STORED), 100).data

    assert list(trace.x) == [1, 51, 101]
    assert (trace.zmin, trace.zmax) == (0, 5)


def test_figure_of_nothing_missing_is_empty():
    assert not missing_figure(missing_data({}), 100).data
