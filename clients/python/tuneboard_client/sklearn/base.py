"""What both estimators share: rows checked, uploaded, searched, predicted."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import Tags, assert_all_finite
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from tuneboard_client.answers import answer_frame
from tuneboard_client.client import TOKEN, URL, Client
from tuneboard_client.documents import Space, configure
from tuneboard_client.errors import TuneboardError
from tuneboard_client.models import Model

NUMBERS = frozenset({"numeric", "integer_category"})
FloatArray = npt.NDArray[np.float64]


class TuneboardEstimator(BaseEstimator):  # type: ignore[misc]
    """What both estimators share; not to be used itself.

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
    """

    def __init__(
        self,
        *,
        client: Client | None = None,
        project: str = "scikit-learn",
        preset: str | None = "quick_look",
        algorithms: Sequence[str] | Mapping[str, Space | None] | None = None,
        options: Mapping[str, Any] | None = None,
        progress: bool = False,
        timeout: float | None = None,
    ) -> None:
        self.client = client
        self.project = project
        self.preset = preset
        self.algorithms = algorithms
        self.options = options
        self.progress = progress
        self.timeout = timeout

    def __sklearn_tags__(self) -> Tags:
        """Return what scikit-learn may expect.

        Returns
        -------
        Tags
            Missing values, categories and text are taken as they are.
        """
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags

    # --- To and from the server -----------------------------------------------------

    def _client(self) -> Client:
        if self.client is not None:
            return self.client
        return shared_client(os.environ.get(URL), os.environ.get(TOKEN))

    def _search(self, X: pd.DataFrame, y: Sequence[Any], task: str) -> None:
        """Upload the rows, search, and remember the best model."""
        client = self._client()
        target = free_name("target", X)
        table = X.assign(**{target: y})
        dataset = client.project(self.project, create=True).upload(table)
        if task == "regression" and dataset.kind_of(target) not in NUMBERS:
            # Two values, or few, look like something else.
            dataset = dataset.read_again(kinds={target: "numeric"})
        document = configure(
            target,
            preset=self.preset,
            algorithms=self.algorithms,
            **cast("Any", {"task": task, "holdout": 0, **(self.options or {})}),
        )
        run = dataset.start(document)
        try:
            run.wait(progress=self.progress, timeout=self.timeout)
        except BaseException:
            # Nobody waits for it any more; it may have ended by itself.
            with suppress(TuneboardError):
                run.stop()
            raise
        model = run.best_model()
        self.dataset_id_, self.run_id_, self.model_id_ = dataset.id, run.id, model.id

    def _checked(self, X: Any, y: Any) -> tuple[pd.DataFrame, Any]:  # noqa: ANN401
        """Return the rows as a frame, and the targets as an array of as many."""
        frame = self._frame(X, reset=True)
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the "
                "target y is None."
            )
        y = column_or_1d(y, warn=True)
        if y.dtype.kind in "fc":
            assert_all_finite(y, input_name="y")
        check_consistent_length(frame, y)
        return frame, y

    def _answer(self, X: Any) -> pd.DataFrame:  # noqa: ANN401
        check_is_fitted(self)
        frame = self._frame(X, reset=False)
        return answer_frame(self._client().transport, self.model_id_, frame)

    @property
    def model_(self) -> Model:
        """The model on the server, with its evaluation and exports."""
        check_is_fitted(self)
        return self._client().model(self.model_id_)

    def discard(self) -> Self:
        """Delete what `fit` has left on the server: table, run and models.

        Returns
        -------
        TuneboardEstimator
            The same estimator; it cannot predict until it is fitted again.
        """
        check_is_fitted(self)
        self._client().dataset(self.dataset_id_).delete()
        del self.dataset_id_, self.run_id_, self.model_id_
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_id_")

    # --- What comes in ----------------------------------------------------------------

    def _frame(self, X: Any, *, reset: bool) -> pd.DataFrame:  # noqa: ANN401
        """Return rows as a frame; refuse what scikit-learn's estimators refuse."""
        fewest = 2 if reset else 1  # to learn from one row there is nothing
        if not isinstance(X, pd.DataFrame):
            found = validate_data(
                self,
                X,
                reset=reset,
                dtype=None,
                ensure_all_finite="allow-nan",
                ensure_min_samples=fewest,
            )
            names = [f"x{i}" for i in range(found.shape[1])]
            return pd.DataFrame(found, columns=names).infer_objects()
        # Of a frame only names and size are looked at: the server knows what to do with
        # dates, categories and texts, of which an array would make objects.
        validate_data(self, X, reset=reset, skip_check_array=True)
        check_array(np.zeros(X.shape), ensure_min_samples=fewest)
        return X


@lru_cache(maxsize=8)
def shared_client(url: str | None, token: str | None) -> Client:
    """Return the client of all estimators that are given none.

    Parameters
    ----------
    url, token : str or None
        As the environment has them.

    Returns
    -------
    Client
        The same, for the same.
    """
    return Client(url, token)


def free_name(name: str, X: pd.DataFrame) -> str:
    """Return a name that no column has.

    Parameters
    ----------
    name : str
        What it is to be.
    X : DataFrame
        The columns there are.

    Returns
    -------
    str
        The name, with underscores behind it where it is taken.
    """
    taken = {str(column) for column in X.columns}
    while name in taken:
        name += "_"
    return name
