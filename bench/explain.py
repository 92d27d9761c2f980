"""All explanations of a model, against explainerdashboard making the same.

    python bench/explain.py [--rows 50000] [--rival-folder FOLDER] [--models LIST]

A table of 14 columns, numbers and categories, is generated; a forest of 300 trees,
LightGBM, a logistic regression and a multilayer perceptron are fitted on 80 % of it. Then
two sides explain the same fitted pipeline on rows of the other 20 %.

- Tuneboard: the worker's job itself, from reading the model's file until all artifacts are
  stored. It looks at 2,000 rows, and takes as many of them as its time budgets allow: up
  to 2,000 for permutation importance (5 shuffles), 1,000 for SHAP values (300 where they
  are sampled), 200 for interactions and partial dependence.
- explainerdashboard, in a virtual environment of its own: SHAP values (TreeExplainer,
  LinearExplainer, KernelExplainer), permutation importance (1 shuffle), partial dependence
  of 14 columns and, for trees, interaction values. It gets the encoded columns,
  which it needs for these explainers, with the preparation of the rows already imported.

Each part is made of as many rows on both sides: explainerdashboard gets as many as Tuneboard
took within its budgets, but where it would take minutes for them, as of deep trees, at most
as many as `MODELS` has. The rows of both are printed. What Tuneboard makes besides (four
more shuffles, groups of columns, pairs of columns, interactions of a model that
explainerdashboard has none of) is in its time all the same.

SHAP values are held to shap's own on the same rows. Pages are asked for 50 times.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_site.settings")

from bench.report import Table, finish, geometric_mean, say

# ruff: noqa: PLC0415 - Django's settings come from an environment made first
HERE = Path(__file__).resolve().parent
PACKAGES = ("explainerdashboard==0.5.8", "lightgbm==4.7.0", "skrub==0.11.0", "pyarrow")


class Subject(NamedTuple):
    """A model, and how explainerdashboard explains it."""

    params: dict[str, Any]
    kind: str  # of its explainer
    most: dict[str, int] = {}  # rows of a part that it is given at most


PARTS = {  # explainerdashboard's, and the artifact that is Tuneboard's
    "shap": "shap",
    "permutation": "permutation",
    "dependence": "partial_dependence",
    "interactions": "interactions",
}
MODELS = {
    # Of deep trees a row takes half a second, its interactions twelve.
    "random_forest": Subject(
        {"n_estimators": 300}, "tree", {"shap": 100, "interactions": 4}
    ),
    "lightgbm": Subject({"n_estimators": 200}, "tree"),
    "logistic_regression": Subject({}, "linear", {"interactions": 0}),
    "mlp": Subject({}, "kernel", {"interactions": 0}),
}
TIMES = 3.0
PAGE_MS, N_PAGES = 150.0, 50
RIVAL_SECONDS = 1800


def make_table(n_rows: int) -> Any:  # noqa: ANN401
    """Six numbers and eight categories; some of them matter, two interact."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"number_{i}": rng.normal(size=n_rows) for i in range(6)})
    for i in range(8):
        levels = [f"level {k}" for k in range(3 + 2 * i)]
        frame[f"group_{i}"] = pd.Series(rng.choice(levels, n_rows), dtype="str")
    signal = (
        frame["number_0"]
        + frame["number_1"] * frame["number_2"]
        + 1.5 * (frame["group_1"] == "level 0")
        + rng.normal(size=n_rows)
    )
    frame["target"] = pd.Series(np.where(signal > 0.8, "yes", "no"), dtype="str")
    return frame


def store(frame: Any, folder: Path) -> Any:  # noqa: ANN401
    """Write the table as a dataset with a run whose search has ended."""
    from django.core.files.base import ContentFile

    from runs.enums import DatasetState, Phase
    from runs.management.following import command_line_project
    from runs.models import Dataset, Run
    from runs.tables.kinds import guess_kinds
    from runs.tables.profile import profile_columns
    from runs.tables.storage import write_parquet

    columns = guess_kinds(frame)
    path = folder / "table.parquet"
    write_parquet(frame, columns, path)
    dataset = Dataset(
        project=command_line_project(),
        name="generated",
        filename="generated.csv",
        content_hash="e" * 64,
        state=DatasetState.READY,
        n_rows=len(frame),
        n_columns=len(frame.columns),
        columns=profile_columns(frame, columns),
    )
    dataset.table.save("table.parquet", ContentFile(path.read_bytes()), save=False)
    dataset.save()
    return Run.objects.create(
        project=dataset.project,
        dataset=dataset,
        name="generated",
        target="target",
        task="binary",
        scoring="roc_auc",
        features=list(frame.columns[:-1]),
        positive_class="yes",
        holdout_fraction=0.2,
        phase=Phase.FINISHED,
    )


def fit(run: Any, name: str, params: dict[str, Any]) -> Any:  # noqa: ANN401
    """Fit and evaluate one model, by the way workers do it."""
    from models_app import evaluating, fitting
    from models_app.models import ModelMeta
    from runs.models import Trial

    trial = Trial.objects.create(
        run=run,
        number=run.trials.count(),
        unit=run.trials.count(),
        algorithm=name,
        params=params,
        params_key=name,
        state="complete",
        value=0.5,
    )
    model = ModelMeta.objects.create(
        run=run, trial=trial, algorithm=name, params=params, value=0.5
    )
    fitting.refit_model(model.pk)
    evaluating.evaluate_model(model.pk)
    model.refresh_from_db()
    if not model.is_ready:
        raise SystemExit(f"{name} could not be fitted: {model.error}")
    return model


def warm_up() -> None:
    """Import and compile."""
    from models_app.explaining import curves, importance, shap  # noqa: F401
    from models_app.explanation import prepared, redundancy, shapley  # noqa: F401
    from models_app.inference import starting

    starting.warm_up()


def ours(model: Any) -> float:  # noqa: ANN401
    """Return the seconds of the whole job, model file and rows included."""
    from models_app import artifacts, computing, services
    from models_app.enums import ComputationKind

    computation = services.request_computation(
        model, ComputationKind.EXPLANATION, user=None
    )
    artifacts._load.cache_clear()
    started = time.perf_counter()
    computing.compute(computation.pk)
    seconds = time.perf_counter() - started
    computation.refresh_from_db()
    if computation.error:
        raise SystemExit(computation.error)
    return seconds


def rival(
    model: Any,  # noqa: ANN401
    subject: Subject,
    rows_by_part: dict[str, int],
    folder: Path,
    python: Path,
) -> dict[str, Any]:
    """Have explainerdashboard explain so many rows of each part."""
    import joblib

    from models_app import artifacts
    from runs.training_data import load_training_data

    bundle = artifacts.load_bundle(model)
    data = load_training_data(model.run)
    rows = data.holdout_rows[: max(rows_by_part.values())]
    frame = data.rows(rows)
    frame["target"] = data.labels.iloc[rows].astype("object").to_numpy()
    joblib.dump(bundle["pipeline"], folder / "pipeline.joblib")
    joblib.dump(frame, folder / "rows.joblib")
    out = folder / f"{model.algorithm}.json"
    command = [
        *(str(python), str(HERE / "rival_explain.py")),
        *(str(folder / "pipeline.joblib"), str(folder / "rows.joblib"), str(out)),
        *("--kind", subject.kind),
        *(f"--{n}={rows_by_part[n]}" for n in PARTS if n != "permutation"),
    ]
    done = subprocess.run(  # noqa: S603 - our own words
        command, check=False, capture_output=True, text=True, timeout=RIVAL_SECONDS
    )
    if done.returncode:
        raise SystemExit(f"explainerdashboard failed: {done.stderr.strip()[-2000:]}")
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def difference(model: Any, n_rows: int = 20) -> float | None:  # noqa: ANN401
    """Return the largest difference to shap's own values of encoded columns, summed."""
    import warnings

    import numpy as np

    from models_app import artifacts
    from models_app.explanation.prepared import Prepared, rows_of, summed
    from models_app.explanation.shapley import native_explainer
    from runs.training_data import load_training_data

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap

        bundle = artifacts.load_bundle(model)
        data = load_training_data(model.run)
        names = [column["name"] for column in bundle["columns"]]
        prepared = Prepared(bundle["pipeline"], names)
        encoded = rows_of(
            prepared.prepare(data.rows(data.holdout_rows[:n_rows])), slice(None)
        )
        own = native_explainer(prepared)
        if own is None:
            return None
        part = prepared.parts[0]
        n = len(part.owner)
        if hasattr(part.estimator, "coef_"):
            theirs = shap.LinearExplainer(part.estimator, (np.zeros(n), np.eye(n)))
        else:
            theirs = shap.TreeExplainer(part.estimator)
        found = np.asarray(theirs.shap_values(encoded[0]))
    found = found[..., 1] if found.ndim == 3 else found
    expected = summed(found, part.owner, len(names))
    return float(np.abs(own.values(encoded)[..., 0] - expected).max())


def rows_of_ours(model: Any) -> dict[str, int]:  # noqa: ANN401
    """Return the rows that the stored artifact of each part is of."""
    found = {artifact.kind: artifact.n_rows for artifact in model.artifacts.all()}
    return {part: found.get(kind, 0) for part, kind in PARTS.items()}


def page_p95(model: Any) -> float:  # noqa: ANN401
    """Return the time of the Explanation tab, in milliseconds, by Django's own client."""
    from django.contrib.auth.models import User
    from django.test import Client

    user, _ = User.objects.get_or_create(username="bench", is_superuser=True)
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    times = []
    for _ in range(N_PAGES):
        started = time.perf_counter()
        answer = client.get(f"/models/{model.pk}/explanation/")
        times.append(1000 * (time.perf_counter() - started))
        if answer.status_code != 200:
            raise SystemExit(f"The page answered {answer.status_code}.")
    return sorted(times)[int(0.95 * len(times))]


def prepare_rival(folder: Path) -> Path:
    """Make the environment of explainerdashboard, unless it is there."""
    python = folder / "bin" / "python"
    if not python.exists():
        say(f"Installing explainerdashboard into {folder} ...")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603
        command = [str(python), "-m", "pip", "install", "--quiet", *PACKAGES]
        subprocess.run(command, check=True)  # noqa: S603
    return python


def main() -> None:
    """Fit, explain by both sides, and say how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--rival-folder", type=Path, default=Path("build/explainer"))
    options = parser.parse_args()
    python = prepare_rival(options.rival_folder)
    with tempfile.TemporaryDirectory(prefix="tb-explain-") as name:
        folder = Path(name)
        os.environ.update(
            TUNEBOARD_HOME=str(folder / "home"), DATABASE_URL="", REDIS_URL=""
        )
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
        measure(options, folder, python)


def measure(options: argparse.Namespace, folder: Path, python: Path) -> None:
    """Do what `main` says, in an installation of its own."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.CELERY_BROKER_URL = "memory://"
    call_command("migrate", verbosity=0)
    run = store(make_table(options.rows), folder)
    table = Table("model", "ours s", "theirs s", "times", "shap diff", "page p95 ms",
                  widths=[20, 8, 9, 6, 10, 11])  # fmt: skip
    ratios, differences, pages = [], [], []
    for algorithm in options.models.split(","):
        subject = MODELS[algorithm]
        model = fit(run, algorithm, subject.params)
        warm_up()  # compiles and imports, as the first job of a worker does
        seconds = ours(model)
        rows = rows_of_ours(model)
        fewer = {n: min(m, subject.most.get(n, m)) for n, m in rows.items()}
        theirs = rival(model, subject, fewer, folder, python)
        apart = difference(model)
        page = page_p95(model)
        pages.append(page)
        differences += [apart] if apart is not None else []
        ratios.append(theirs["total"] / seconds)
        table.row(
            algorithm,
            f"{seconds:.1f}",
            f"{theirs['total']:.1f}",
            f"{ratios[-1]:.1f}",
            "none" if apart is None else f"{apart:.1e}",
            f"{page:.0f}",
        )
        for part in (part for part in PARTS if part in theirs):
            say(
                f"    {part:13} rows: ours {rows[part]:5,}, theirs {fewer[part]:5,} "
                f"in {theirs[part]:.1f} s"
            )
    times = geometric_mean(ratios)
    holds = times >= TIMES and max(differences) < 1e-6 and max(pages) < PAGE_MS
    finish(
        "explain",
        value=times,
        target=f"{TIMES} times, differences below 1e-6, pages below {PAGE_MS} ms",
        holds=holds,
        rows=options.rows,
        rival_rows_at_most={n: s.most for n, s in MODELS.items() if s.most},
        largest_difference=max(differences),
        page_p95_ms=max(pages),
    )


if __name__ == "__main__":
    main()
