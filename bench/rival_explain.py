"""What explainerdashboard takes to make its explanations; runs in its own environment.

    python rival_explain.py PIPELINE ROWS OUT --kind tree --shap N --dependence N
        --interactions N

PIPELINE is a joblib file with the fitted pipeline, ROWS one with a frame of evaluated rows
with the target as its last column: permutation importance is of all of them, the other parts
of the first N. Writes seconds by part to OUT as JSON.
"""

# ruff: noqa: PLC0415 - what it imports is only in its own environment

import argparse
import json
import time
import warnings
from pathlib import Path

warnings.simplefilter("ignore")


def main() -> None:
    """Time each property that its tabs are drawn from."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("rows", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind", default="guess")
    for part in ("--shap", "--dependence", "--interactions"):
        parser.add_argument(part, type=int, required=True)
    options = parser.parse_args()
    import joblib
    import pandas as pd
    from explainerdashboard import ClassifierExplainer

    pipeline = joblib.load(options.pipeline)
    frame = joblib.load(options.rows)
    X, y = frame.iloc[:, :-1], frame.iloc[:, -1]
    found: dict[str, float] = {}
    started = time.perf_counter()
    encoded = pd.DataFrame(
        pipeline[:-1].transform(X),
        columns=[f"f{i}" for i in range(pipeline[:-1].transform(X[:1]).shape[1])],
        index=X.index,
    ).astype("float64")

    def of(n_rows: int) -> ClassifierExplainer:
        return ClassifierExplainer(
            pipeline[-1],
            encoded[:n_rows],
            y[:n_rows],
            shap=options.kind,
            # Interaction values exist of the raw output only.
            model_output="logodds" if options.kind == "tree" else "probability",
            X_background=encoded[:30] if options.kind == "kernel" else None,
        )

    everything, some, few = of(len(X)), of(options.shap), of(options.interactions or 1)
    found["prepare"] = time.perf_counter() - started

    def timed(name: str, work) -> None:  # noqa: ANN001
        begun = time.perf_counter()
        work()
        found[name] = time.perf_counter() - begun

    timed("shap", some.get_shap_values_df)
    timed("permutation", everything.permutation_importances)
    columns = list(some.mean_abs_shap_df()["Feature"])[:14]
    timed(
        "dependence",
        lambda: [
            everything.pdp_df(c, n_grid_points=20, sample=options.dependence)
            for c in columns
        ],
    )
    if options.interactions:
        timed("interactions", few.shap_interaction_values)
    found["total"] = time.perf_counter() - started
    options.out.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
