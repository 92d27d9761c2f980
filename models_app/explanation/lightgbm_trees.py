"""The trees of LightGBM as plain arrays."""

from typing import Any

import numpy as np

from models_app.explanation.trees import WORDS, Tree, Trees, joined

MAX_CODES = 32 * WORDS


class _UnknownError(Exception):
    """A tree divides rows in a way that is not known here."""


def trees_of_lightgbm(estimator: Any) -> Trees | None:  # noqa: ANN401
    """Return the trees of a LightGBM estimator.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    Trees or None
        None if some tree is not one of plain thresholds and sets of categories: linear
        leaves, zeros taken for missing, codes of categories from 256 on.
    """
    if estimator.boosting_type == "rf" or estimator.get_params().get("linear_tree"):
        return None
    # What answers: up to the best iteration, if there is one.
    dumped = estimator.booster_.dump_model()
    n_outputs = int(dumped["num_tree_per_iteration"])
    try:
        found = [
            _tree(one["tree_structure"], at % n_outputs)
            for at, one in enumerate(dumped["tree_info"])
        ]
    except _UnknownError:
        return None
    is_classifier = hasattr(estimator, "predict_proba")
    space = "log-odds" if is_classifier else "value"
    return joined(found, np.zeros(n_outputs), space) if found else None


def _tree(root: dict[str, Any], output: int) -> Tree:
    nodes: list[dict[str, Any]] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        node["at"] = len(nodes)
        nodes.append(node)
        if "split_feature" in node:
            waiting += [node["left_child"], node["right_child"]]
    children = [
        (node["left_child"]["at"], node["right_child"]["at"])
        if "split_feature" in node
        else (-1, -1)
        for node in nodes
    ]
    bitsets: list[Any] = []
    splits = [_split(node, bitsets) for node in nodes]
    return Tree(
        feature=np.array([node.get("split_feature", -1) for node in nodes]),
        threshold=np.array([split[0] for split in splits]),
        left=np.array([pair[0] for pair in children]),
        right=np.array([pair[1] for pair in children]),
        missing_left=np.array([split[1] for split in splits]),
        bits=np.array([split[2] for split in splits]),
        bitsets=np.array(bitsets, dtype=np.uint32).reshape(-1, 2 * WORDS),
        cover=np.array([float(_count(node)) for node in nodes]),
        value=np.array([[node.get("leaf_value", 0.0)] for node in nodes], dtype=float),
        output=output,
    )


def _count(node: dict[str, Any]) -> int:
    # A tree of a single leaf has no number of rows.
    return int(node.get("internal_count", node.get("leaf_count", 1)))


def _split(node: dict[str, Any], bitsets: list[Any]) -> tuple[float, bool, int]:
    """Return threshold, where a missing value goes, and the row of its categories."""
    if "split_feature" not in node:
        return 0.0, False, -1
    if node["missing_type"] == "Zero":
        raise _UnknownError
    if node["decision_type"] == "==":
        codes = [int(code) for code in str(node["threshold"]).split("||")]
        if max(codes) >= MAX_CODES:
            raise _UnknownError
        row = np.zeros(2 * WORDS, dtype=np.uint32)
        for code in codes:
            row[code // 32] |= np.uint32(1 << code % 32)
        bitsets.append(row)
        # What is not in the set, missing or unknown, goes right.
        return 0.0, False, len(bitsets) - 1
    threshold = float(node["threshold"])
    if node["missing_type"] == "NaN":
        return threshold, bool(node["default_left"]), -1
    return threshold, threshold >= 0, -1  # a missing value is taken for 0
