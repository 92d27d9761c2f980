import pytest

from models_app.charts.confusion import (
    MAX_LABELLED,
    ClassRow,
    ConfusionData,
    confusion_data,
    confusion_figure,
)

STORED = {"labels": ["no", "yes"], "counts": [[6, 2], [1, 3]]}


def test_confusion_data_adds_shares_and_measures_by_class():
    data = confusion_data(STORED, rows="holdout", n_rows=12)

    assert data == ConfusionData(
        labels=["no", "yes"],
        counts=[[6, 2], [1, 3]],
        percent=[[75, 25], [25, 75]],
        of_predicted=[[pytest.approx(600 / 7), 40], [pytest.approx(100 / 7), 60]],
        classes=[
            ClassRow("no", 8, 6 / 7, 6 / 8, pytest.approx(12 / 15)),
            ClassRow("yes", 4, 3 / 5, 3 / 4, pytest.approx(6 / 9)),
        ],
        note="holdout, 12 rows",
    )


def test_confusion_data_of_a_class_without_rows_has_no_measures():
    stored = {"labels": ["a", "b"], "counts": [[2, 0], [0, 0]]}

    data = confusion_data(stored, rows="out_of_fold", n_rows=2)

    assert data.classes[1] == ClassRow("b", 0, None, None, None)
    assert data.percent[1] == [0, 0]


@pytest.mark.parametrize(
    ("cells", "z", "text"),
    [
        ("count", STORED["counts"], "6"),
        ("row", [[75, 25], [25, 75]], "75%"),
        ("column", [[600 / 7, 40], [100 / 7, 60]], "86%"),
    ],
)
def test_confusion_figure_shows_counts_or_shares(cells, z, text):
    data = confusion_data(STORED, rows="holdout", n_rows=12)

    figure = confusion_figure(data, cells=cells).to_dict()

    assert [list(row) for row in figure["data"][0]["z"]] == z
    assert figure["data"][0]["text"][0][0] == text
    assert list(figure["layout"]["xaxis"]["ticktext"]) == ["no", "yes"]
    assert figure["layout"]["yaxis"]["autorange"] == "reversed"
    assert figure["layout"]["title"]["text"] == "holdout, 12 rows"


def test_confusion_figure_of_many_classes_leaves_the_numbers_to_hovering():
    n = MAX_LABELLED + 1
    stored = {"labels": [str(i) for i in range(n)], "counts": [[1] * n] * n}
    data = confusion_data(stored, rows="holdout", n_rows=n * n)

    assert confusion_figure(data).data[0].texttemplate is None
