"""What an inference server does before the first question: import, and compile.

The libraries take ten seconds and more to import on a small machine; whoever asks first
would wait for them.
"""

import logging
from contextlib import suppress
from importlib import import_module

logger = logging.getLogger(__name__)

# What reading a model, preparing rows and explaining them import.
MODULES = (
    "models_app.explanation.prepared",
    "models_app.explanation.quick",
    "models_app.explanation.shapley",
    "models_app.explanation.dependence",
    "models_app.evaluation.deciding",
    "models_app.scoring.rows",
    "models_app.scoring.schema",
    "runs.tables.choosing",
    "runs.tables.storage",
    "runs.search.folds",
    "skrub",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.neural_network",
)
# Boosting libraries; a model of one that is missing says so when it is read.
LIBRARIES = ("lightgbm", "xgboost", "catboost")


def warm_up() -> None:
    """Import what models need and have the sums over trees compiled; never fails."""
    try:
        for name in MODULES:
            import_module(name)
        for name in LIBRARIES:
            with suppress(ImportError):
                import_module(name)
        explain_a_tree()
    except Exception:
        # The first question finds the same, and says it to whoever asks.
        logger.exception("The prediction service could not prepare itself")


def explain_a_tree() -> None:
    """Explain the smallest tree, ask it: the compiled sums are read, or made once."""
    import numpy as np  # noqa: PLC0415
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.tree import DecisionTreeRegressor

    from models_app.explanation.forests import Forest
    from models_app.explanation.treeshap import TreeShap

    X = np.arange(4.0)[:, None]
    tree = DecisionTreeRegressor(max_depth=1).fit(X, X[:, 0])
    explainer = TreeShap(tree, np.array([0]), 1)
    for some in (X[:1], X):  # one row goes another way than many
        explainer.values(some)
    forest = RandomForestRegressor(n_estimators=1).fit(X, X[:, 0])
    Forest(forest).answer(X[:1].astype(np.float32))
