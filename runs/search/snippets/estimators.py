"""The estimator of a trial, and how it is fitted on prepared columns."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from runs.search.algorithms import ALGORITHMS
from runs.search.parameters import Value
from runs.search.problem import TaskType
from runs.search.snippets.imports import Imports

if TYPE_CHECKING:
    from runs.search.snippets.program import Subject

# Class, its module, and what is set besides the trial's parameters. A `{}` is Classifier
# or Regressor.
_SEED = {"random_state": "SEED"}
_CLASSES: dict[str, tuple[str, str, dict[str, str]]] = {
    "logistic_regression": (
        "LogisticRegression",
        "sklearn.linear_model",
        {"max_iter": "1000", **_SEED},
    ),
    "ridge": ("Ridge", "sklearn.linear_model", _SEED),
    "elastic_net": (
        "ElasticNet",
        "sklearn.linear_model",
        {"max_iter": "5000", **_SEED},
    ),
    "naive_bayes": ("GaussianNB", "sklearn.naive_bayes", {}),
    "k_nearest_neighbors": ("KNeighbors{}", "sklearn.neighbors", {}),
    "decision_tree": ("DecisionTree{}", "sklearn.tree", _SEED),
    "random_forest": ("RandomForest{}", "sklearn.ensemble", _SEED),
    "extra_trees": ("ExtraTrees{}", "sklearn.ensemble", _SEED),
    "gradient_boosting": ("GradientBoosting{}", "sklearn.ensemble", _SEED),
    "hist_gradient_boosting": ("HistGradientBoosting{}", "sklearn.ensemble", _SEED),
    "lightgbm": (
        "LGBM{}",
        "lightgbm",
        {
            **_SEED,
            "n_jobs": "1",
            "verbose": "-1",
            "deterministic": "True",
            "force_row_wise": "True",
        },
    ),
    "xgboost": (
        "XGB{}",
        "xgboost",
        {**_SEED, "n_jobs": "1", "tree_method": "'hist'", "verbosity": "0"},
    ),
    "catboost": (
        "CatBoost{}",
        "catboost",
        {
            "max_ctr_complexity": "2",
            "random_seed": "SEED",
            "thread_count": "1",
            "verbose": "False",
            "allow_writing_files": "False",
        },
    ),
    "mlp": (
        "MLP{}",
        "sklearn.neural_network",
        {
            "early_stopping": "True",
            "n_iter_no_change": "12",
            "max_iter": "200",
            "hidden_layer_sizes": "(128, 64)",
            **_SEED,
        },
    ),
    "baseline": ("Dummy{}", "sklearn.dummy", {}),
}
# Given last, whatever a trial says.
_ALWAYS = {"random_state", "random_seed"}


def making(subject: "Subject", imports: Imports) -> str:
    """Write the estimator and the function that fits a pipeline.

    Parameters
    ----------
    subject : Subject
        The trial.
    imports : Imports
        Gathers what is needed.

    Returns
    -------
    str
        Code that leaves ``fitted(X, y)``.
    """
    made = _made(subject, imports)
    estimator = f'def estimator():\n    """The trial\'s own."""\n    return {made}'
    native = ALGORITHMS[subject.algorithm].recipe == "native"
    return f"{estimator}\n\n\n{_native(subject, imports) if native else _plain()}"


def _made(subject: "Subject", imports: Imports) -> str:
    params = {name: _written(name, value) for name, value in subject.params.items()}
    if subject.algorithm == "kernel_svm":
        return _machine(subject.task, params, imports)
    name, module, more = _CLASSES[subject.algorithm]
    name = name.format("Classifier" if subject.task.is_classification else "Regressor")
    imports.add(module, name)
    if subject.algorithm == "catboost":
        leaves = "5" if subject.task is TaskType.BINARY else "1"
        more = {"leaf_estimation_iterations": leaves, **more}
    if subject.algorithm == "baseline":
        classes = subject.task.is_classification
        more = {"strategy": "'prior'" if classes else "'mean'"}
    call = _call(name, {**more, **params, **{k: more[k] for k in more if k in _ALWAYS}})
    if subject.algorithm == "mlp" and not subject.task.is_classification:
        return _rescaled(call, imports)
    return call


def _machine(task: TaskType, params: Mapping[str, str], imports: Imports) -> str:
    if not task.is_classification:
        imports.add("sklearn.svm", "SVR")
        return _rescaled(_call("SVR", {**params, "cache_size": "500"}), imports)
    imports.add("sklearn.svm", "SVC")
    imports.add("sklearn.calibration", "CalibratedClassifierCV")
    machine = _call("SVC", {**params, "cache_size": "500", "random_state": "SEED"})
    return f'CalibratedClassifierCV({machine}, method="sigmoid", cv=3, ensemble=False)'


def _rescaled(call: str, imports: Imports) -> str:
    imports.add("sklearn.compose", "TransformedTargetRegressor")
    imports.add("sklearn.preprocessing", "StandardScaler")
    return f"TransformedTargetRegressor({call}, transformer=StandardScaler())"


def _written(name: str, value: Value) -> str:
    if name == "hidden_layer_sizes":
        sizes = [int(size) for size in str(value).split("-")]
        return repr(tuple(sizes))
    return repr(value)


def _call(name: str, arguments: Mapping[str, str]) -> str:
    if not arguments:
        return f"{name}()"
    lines = "".join(f"        {key}={value},\n" for key, value in arguments.items())
    return f"{name}(\n{lines}    )"


def _plain() -> str:
    return '''\
def fitted(X, y):
    """Fit the preparation and the estimator."""
    return make_pipeline(prepare(), estimator()).fit(X, y)'''


def _native(subject: "Subject", imports: Imports) -> str:
    """Write a fit that tells the estimator which columns hold category codes."""
    tells = {
        "hist_gradient_boosting": "model.set_params(categorical_features=categorical)",
        "lightgbm": "model.set_params(cat_feature=categorical)",
        "xgboost": (
            'kinds = ["c" if i in categorical else "q" for i in range(prepared.shape[1])]\n'
            "        model.set_params(enable_categorical=True, feature_types=kinds)"
        ),
        "catboost": _CATBOOST,
    }
    imports.add("sklearn.pipeline", "make_pipeline")
    return f'''\
def fitted(X, y):
    """Fit the preparation, tell the estimator of the categories, and fit it."""
    steps = [prepare()]
    prepared = steps[0].fit_transform(X, y)
    vectorizer = steps[0][0]
    coded = {{
        output
        for column in vectorizer.kind_to_columns_.get("low_cardinality", [])
        for output in vectorizer.input_to_outputs_[column]
    }}
    names = steps[0].get_feature_names_out()
    categorical = [i for i, name in enumerate(names) if name in coded]
    model = estimator()
    if categorical:
        {tells[subject.algorithm]}
    model.fit(prepared, y)
    return make_pipeline(*steps, model)'''


_CATBOOST = """\
model.set_params(cat_features=categorical)
        # It wants whole numbers, -1 for a missing one.
        whole = make_pipeline(
            FunctionTransformer(pd.DataFrame),
            FunctionTransformer(
                pd.DataFrame.fillna, kw_args={"value": dict.fromkeys(categorical, -1.0)}
            ),
            FunctionTransformer(
                pd.DataFrame.astype,
                kw_args={"dtype": dict.fromkeys(categorical, "int32")},
            ),
        )
        steps.append(whole)
        prepared = whole.fit_transform(prepared)"""
