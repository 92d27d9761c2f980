from runs.charts.associations import association_data, association_figure

STORED = {
    "columns": ["a", "b" * 30],
    "matrix": [[1.0, -0.5], [-0.5, None]],
    "left_out": 3,
}


def test_data_has_strengths_without_sign_and_short_names():
    data = association_data(STORED)

    assert data.values == [[1.0, 0.5], [0.5, None]]
    assert data.columns == ["a", "b" * 23 + "…"]
    assert data.n_not_compared == 3


def test_data_of_many_columns_keeps_those_that_go_together_most():
    n = 60
    matrix = [[1.0 if i == j else 0.1 for j in range(n)] for i in range(n)]
    matrix[58][59] = matrix[59][58] = -0.9

    data = association_data({"columns": [f"c{i}" for i in range(n)], "matrix": matrix})

    assert data.columns == [*(f"c{i}" for i in range(38)), "c58", "c59"]
    assert data.values[38][39] == 0.9


def test_figure_is_one_heat_map_from_0_to_1():
    [trace] = association_figure(association_data(STORED)).data

    assert (trace.type, trace.zmin, trace.zmax) == ("heatmap", 0, 1)


def test_figure_of_one_column_says_why_it_is_empty():
    figure = association_figure(association_data({"columns": ["a"], "matrix": [[1]]}))

    assert not figure.data
    assert "no two columns" in figure.layout.annotations[0].text
