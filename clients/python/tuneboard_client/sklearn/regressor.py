"""Numbers, predicted by the best model of a search."""

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_array

from tuneboard_client.answers import PREDICTION
from tuneboard_client.sklearn.base import FloatArray, TuneboardEstimator


class TuneboardRegressor(RegressorMixin, TuneboardEstimator):  # type: ignore[misc]  # numpydoc ignore=PR02
    """Predicts numbers by the best model of a search on a Tuneboard server.

    Parameters
    ----------
    client : Client, optional
        The server; else the one of TUNEBOARD_URL and TUNEBOARD_TOKEN.
    project : str, default 'scikit-learn'
        Name of the project; made if there is none.
    preset : str or None, default 'quick_look'
        Answers what is left open.
    algorithms : sequence of str, or mapping of str to mapping, optional
        What to search: names, or names with the space of each.
    options : mapping, optional
        The other keys of a run's document, as ``{"time_budget": 60, "cv": 5}``. The
        holdout is 0 unless it says otherwise: all rows given to `fit` are learned from.
    progress : bool, default False
        Whether `fit` shows a bar.
    timeout : float, optional
        Seconds after which `fit` gives up, and stops the run.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where `fit` was given a frame.
    dataset_id_, run_id_, model_id_ : int
        What `fit` has left on the server.
    """

    def fit(self, X: Any, y: Any) -> Self:  # noqa: ANN401
        """Search on the server, and take the best model.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Rows; missing values, categories, dates and texts are welcome in a frame.
        y : array-like of shape (n_samples,)
            Their numbers.

        Returns
        -------
        TuneboardRegressor
            The same estimator.
        """
        frame, y = self._checked(X, y)
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        self._search(frame, y.tolist(), "regression")
        return self

    def predict(self, X: Any) -> FloatArray:  # noqa: ANN401
        """Predict numbers.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Rows with the columns of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
            The numbers.
        """
        return self._answer(X)[PREDICTION].to_numpy(dtype=np.float64)
