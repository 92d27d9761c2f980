"""Classes, predicted by the best model of a search."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from tuneboard_client.answers import PREDICTION, PROBABILITY
from tuneboard_client.sklearn.base import FloatArray, TuneboardEstimator
from tuneboard_client.sklearn.classes import uploaded_classes


class TuneboardClassifier(ClassifierMixin, TuneboardEstimator):  # type: ignore[misc]  # numpydoc ignore=PR02
    """Classifies by the best model of a search on a Tuneboard server.

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
    classes_ : ndarray of shape (n_classes,)
        The classes, in the order of `predict_proba`.
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
            Their classes.

        Returns
        -------
        TuneboardClassifier
            The same estimator.
        """
        frame, y = self._checked(X, y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                "There is nothing to tell apart: y has one class only, "
                f"{self.classes_.tolist()[0]!r}."
            )
        task = "binary" if len(self.classes_) == 2 else "multiclass"
        uploaded = np.asarray(uploaded_classes(self.classes_.tolist()), dtype=object)
        self._search(frame, uploaded[codes].tolist(), task)
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: ANN401
        """Predict classes.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Rows with the columns of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Of `classes_`.
        """
        answers = self._answer(X)[PREDICTION]
        code_of = {name: code for code, name in enumerate(self._names())}
        return self.classes_[answers.map(code_of).to_numpy(dtype=int)]

    def predict_proba(self, X: Any) -> FloatArray:  # noqa: ANN401
        """Tell how probable each class is.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Rows with the columns of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        answers = self._answer(X)
        columns = [f"{PROBABILITY}{name}" for name in self._names()]
        return answers[columns].to_numpy(dtype=np.float64)

    def _names(self) -> list[str]:
        """Return what the server calls the classes."""
        return [str(name) for name in uploaded_classes(self.classes_.tolist())]
