"""A model as ONNX, whole where its columns are all numbers, else its estimator alone.

What skrub does with categories, dates and texts has no counterpart in ONNX. So the graph
of such a model begins where all columns have become numbers; the names of these are in
the file's metadata, and the steps before are those of the other files.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import Pipeline

OPSET = 17
_ML_OPSET = 3


class NotConvertibleError(Exception):
    """ONNX has no counterpart of a model, with the reason."""


class OnnxFile(NamedTuple):
    """What a written file takes.

    Attributes
    ----------
    is_whole : bool
        Whether it takes the columns as uploaded; else prepared ones.
    inputs : list of str
        Names of the columns of its one input, an array of single precision.
    """

    is_whole: bool
    inputs: list[str]


def write(pipeline: Pipeline, columns: list[str], path: Path) -> OnnxFile:
    """Convert a pipeline as far as it converts.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted, from ``runs.search``.
    columns : list of str
        The columns it takes.
    path : Path
        Where to write it.

    Returns
    -------
    OnnxFile
        What it takes.

    Raises
    ------
    NotConvertibleError
        If no converter knows the estimator.
    """
    estimator = _alone(pipeline[-1])
    preprocessor = pipeline.named_steps.get("preprocess")
    if not isinstance(preprocessor, Pipeline):
        raise NotConvertibleError(
            "its members each prepare the columns in their own way, and that part has "
            "no counterpart in ONNX. Export the members one by one"
        )
    classes = [str(label) for label in getattr(pipeline, "classes_", [])]
    before = _numeric_steps(preprocessor, columns)
    if before is not None and len(pipeline.steps) == 2:
        try:
            steps = [(f"step{i}", step) for i, step in enumerate(before)]
            whole = Pipeline([*steps, ("estimator", estimator)]) if steps else estimator
            return _written(whole, classes, OnnxFile(True, columns), path)
        except Exception:  # noqa: BLE001, S110 - converters raise anything: try less
            pass
    names = [str(name) for name in preprocessor.get_feature_names_out()]
    if len(pipeline.steps) > 2:
        raise NotConvertibleError(
            "CatBoost writes ONNX for columns of numbers only, and this model has "
            "categories"
        )
    try:
        return _written(estimator, classes, OnnxFile(False, names), path)
    except Exception as error:
        text = " ".join(str(error).split())[:300]
        raise NotConvertibleError(
            f"the converter says of {type(estimator).__name__}: {text}"
        ) from error


def _alone(estimator: Any) -> Any:  # noqa: ANN401
    """Take XGBoost out of the vote of one that knows its labels."""
    if isinstance(estimator, VotingClassifier) and len(estimator.estimators_) == 1:
        return estimator.estimators_[0]
    return estimator


def _numeric_steps(preprocessor: Pipeline, columns: list[str]) -> list[Any] | None:
    """Return the steps behind skrub's if it only passes numbers on; else None."""
    vectorizer = preprocessor.named_steps["vectorize"]
    names = [str(name) for name in vectorizer.get_feature_names_out()]
    others = [
        found
        for kind, found in vectorizer.kind_to_columns_.items()
        if kind != "numeric" and found
    ]
    if others or names != columns:
        return None
    known = preprocessor.named_steps
    return [known[name] for name in ("impute", "scale") if name in known]


def _written(
    model: Any,  # noqa: ANN401
    classes: list[str],
    about: OnnxFile,
    path: Path,
) -> OnnxFile:
    graph = _converted(model, len(about.inputs))
    told = {"columns": about.inputs, "classes": classes}
    for key, value in told.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, json.dumps(value)
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))
    return about


def _converted(model: Any, n_inputs: int) -> onnx.ModelProto:  # noqa: ANN401
    estimator = model[-1] if isinstance(model, Pipeline) else model
    if type(estimator).__name__.startswith("CatBoost"):
        return _catboost(model)
    from skl2onnx import convert_sklearn  # noqa: PLC0415 - registers much when imported
    from skl2onnx.common.data_types import FloatTensorType  # noqa: PLC0415

    _register()
    options = {id(estimator): {"zipmap": False}} if is_classifier(estimator) else None
    graph: onnx.ModelProto = convert_sklearn(
        model,
        initial_types=[("columns", FloatTensorType([None, n_inputs]))],
        options=options,
        target_opset={"": OPSET, "ai.onnx.ml": _ML_OPSET},
    )
    _lead_missing_values(graph, estimator)
    return graph


def _lead_missing_values(graph: onnx.ModelProto, estimator: Any) -> None:  # noqa: ANN401
    """Have missing values go the way they go in scikit-learn's trees and forests.

    Its trees learn at each node where a missing value goes; the converter writes for all
    of them that it goes right.
    """
    members = getattr(estimator, "estimators_", [estimator])
    # Of gradient boosting they are an array, and know no missing values.
    is_forest = isinstance(members, list)
    if not is_forest or not all(hasattr(member, "tree_") for member in members):
        return
    left = [
        np.where(member.tree_.children_left >= 0, member.tree_.missing_go_to_left, 0)
        for member in members
    ]
    for node in graph.graph.node:
        if not node.op_type.startswith("TreeEnsemble"):
            continue
        found = {attribute.name: attribute for attribute in node.attribute}
        at = zip(found["nodes_treeids"].ints, found["nodes_nodeids"].ints, strict=True)
        goes_left = [int(left[tree][number]) for tree, number in at]
        ways = found["nodes_missing_value_tracks_true"]
        del ways.ints[:]
        ways.ints.extend(goes_left)


def _catboost(model: Any) -> onnx.ModelProto:  # noqa: ANN401
    if isinstance(model, Pipeline) and len(model.steps) > 1:
        raise NotConvertibleError("CatBoost writes ONNX of itself alone")
    estimator = model[-1] if isinstance(model, Pipeline) else model
    import tempfile  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "model.onnx"
        estimator.save_model(str(written), format="onnx")
        graph: onnx.ModelProto = onnx.load(str(written))
    return graph


def _register() -> None:
    """Tell the converter of the estimators that are not scikit-learn's."""
    from lightgbm import LGBMClassifier, LGBMRegressor  # noqa: PLC0415
    from onnxmltools.convert.lightgbm.operator_converters import (  # noqa: PLC0415
        LightGbm,
    )
    from onnxmltools.convert.xgboost.operator_converters import XGBoost  # noqa: PLC0415
    from skl2onnx import update_registered_converter  # noqa: PLC0415
    from skl2onnx.common.shape_calculator import (  # noqa: PLC0415
        calculate_linear_classifier_output_shapes as classes,
    )
    from skl2onnx.common.shape_calculator import (  # noqa: PLC0415
        calculate_linear_regressor_output_shapes as numbers,
    )
    from xgboost import XGBClassifier, XGBRegressor  # noqa: PLC0415

    told = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    for kind, shapes, convert, options in (
        (LGBMClassifier, classes, LightGbm.convert_lightgbm, told),
        (LGBMRegressor, numbers, LightGbm.convert_lightgbm, {"split": None}),
        (XGBClassifier, classes, XGBoost.convert_xgboost, told),
        (XGBRegressor, numbers, XGBoost.convert_xgboost, {}),
    ):
        update_registered_converter(
            kind, f"Own{kind.__name__}", shapes, convert, options=options
        )


def inputs_of(
    about: OnnxFile, pipeline: Pipeline, X: pd.DataFrame
) -> NDArray[np.float32]:
    """Return rows as a written file takes them.

    Parameters
    ----------
    about : OnnxFile
        What it takes.
    pipeline : Pipeline
        The original, for the columns it prepares.
    X : DataFrame of shape (n_rows, n_features)
        Columns as uploaded.

    Returns
    -------
    ndarray of shape (n_rows, n_inputs)
        Single precision; a missing value is NaN.
    """
    rows = X[about.inputs] if about.is_whole else pipeline[:-1].transform(X)
    return np.ascontiguousarray(np.asarray(rows, dtype=np.float32))


def answers_of(path: Path, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what a written file says of rows.

    Parameters
    ----------
    path : Path
        The file.
    rows : ndarray of shape (n_rows, n_inputs)
        From `inputs_of`.

    Returns
    -------
    ndarray of shape (n_rows, n_classes) or (n_rows, 1)
        Probabilities, or numbers.
    """
    session = onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )
    found = session.run(None, {session.get_inputs()[0].name: rows})[-1]
    if isinstance(found, list):  # a list of objects, class by class: CatBoost's way
        found = np.array([list(row.values()) for row in found])
    return np.asarray(found, dtype=np.float64).reshape(len(rows), -1)
