"""Tuneboard as estimators of scikit-learn: `fit` searches on the server.

Needs scikit-learn: ``pip install "tuneboard-client[sklearn]"``.
"""

from tuneboard_client.sklearn.classifier import TuneboardClassifier
from tuneboard_client.sklearn.regressor import TuneboardRegressor

__all__ = ["TuneboardClassifier", "TuneboardRegressor"]
