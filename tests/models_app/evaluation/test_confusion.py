import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from models_app.evaluation.confusion import Confusion, confusion


def test_confusion_of_a_few_rows_counts_actual_by_predicted():
    result = confusion([0, 0, 1, 2], [0, 1, 1, 0], labels=["a", "b", "c"])

    assert result == Confusion(
        labels=["a", "b", "c"], counts=[[1, 1, 0], [0, 1, 0], [1, 0, 0]]
    )


@settings(deadline=None, max_examples=25)
@given(
    st.integers(2, 6).flatmap(
        lambda k: st.tuples(
            st.just(k),
            st.lists(
                st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)), min_size=1
            ),
        )
    )
)
def test_confusion_equals_scikit_learns(case):
    k, pairs = case
    y_true, y_pred = np.array(pairs).T

    result = confusion(y_true, y_pred, labels=[str(i) for i in range(k)])

    expected = confusion_matrix(y_true, y_pred, labels=range(k))
    assert result.counts == expected.tolist()


def test_confusion_without_rows_is_all_zero():
    assert confusion([], [], labels=["a", "b"]).counts == [[0, 0], [0, 0]]
