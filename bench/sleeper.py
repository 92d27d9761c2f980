"""The estimator of scaling.py's trials, where a worker can import it from."""

import time
from typing import Self

from sklearn.dummy import DummyClassifier  # noqa: TID253 - only workers come here


class Sleeper(DummyClassifier):  # type: ignore[misc]
    """Sleeps to learn, and then guesses."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(strategy="prior")
        self.seconds = seconds

    def fit(self, X: object, y: object, sample_weight: object = None) -> Self:
        time.sleep(self.seconds)
        super().fit(X, y, sample_weight)
        return self
