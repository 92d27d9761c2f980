"""A model as a folder that predicts without Tuneboard, packed into one file."""

import json
import platform
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from runs.tables.missing import MISSING

PROGRAM = Path(__file__).parent / "standalone" / "predict.py"
# What is installed under another name than it is imported by.
_INSTALLED_AS = {"sklearn": ("scikit-learn",), "xgboost": ("xgboost-cpu", "xgboost")}
_OWN = frozenset({"builtins", "collections", "functools", "operator"})
# What a pipeline needs however it was written.
_ALWAYS = ("numpy", "pandas", "pyarrow", "sklearn", "skrub")


def requirements(libraries: Sequence[str], model_file: str) -> list[str]:
    """Pin what a model needs to what it was fitted with.

    Parameters
    ----------
    libraries : sequence of str
        Packages by the names they are imported by.
    model_file : str
        Name of the model's file; its suffix says what opens it.

    Returns
    -------
    list of str
        Lines of a requirements file, sorted.
    """
    reader = "skops" if model_file.endswith(".skops") else "joblib"
    wanted = {*_ALWAYS, *libraries, reader} - _OWN
    return sorted(filter(None, map(_pinned, wanted)))


def _pinned(library: str) -> str:
    for name in _INSTALLED_AS.get(library, (library,)):
        try:
            return f"{name}=={version(name)}"
        except PackageNotFoundError:
            continue
    return ""


def schema(
    *,
    columns: Sequence[Mapping[str, str]],
    target: str,
    classes: Sequence[str],
    positive: int | None,
    threshold: float | None,
    intervals: Sequence[Mapping[str, Any]],
    recalibration: str,
    calibrators: Sequence[Mapping[str, Any]],
    model_file: str,
    untrusted: Sequence[str],
) -> dict[str, Any]:
    """Describe what a folder's program has to know.

    Parameters
    ----------
    columns : sequence of mapping
        Name, kind and dtype of each column the model takes.
    target : str
        What it predicts.
    classes : sequence of str
        Its classes; empty for regression.
    positive : int or None
        Position of the class the threshold is about.
    threshold : float or None
        Probability from which on it is predicted.
    intervals : sequence of mapping
        Prediction intervals: level, and half widths by where the prediction lies.
    recalibration : str
        How the probabilities that are told are made from the model's own; empty if they
        are these.
    calibrators : sequence of mapping
        By which numbers: one for each class, of two classes one for the second.
    model_file : str
        Name of the model's file.
    untrusted : sequence of str
        Types a .skops file may hold besides those skops trusts.

    Returns
    -------
    dict
        To be written as JSON.
    """
    wanted = ("name", "kind", "dtype")
    return {
        "target": target,
        "columns": [{key: column[key] for key in wanted} for column in columns],
        "classes": list(classes),
        "positive": positive,
        "threshold": threshold,
        "intervals": [dict(interval) for interval in intervals],
        "recalibration": recalibration,
        "calibrators": [dict(calibrator) for calibrator in calibrators],
        "missing_values": sorted(MISSING),
        "model_file": model_file,
        "untrusted_types": list(untrusted),
    }


def write(
    path: Path,
    *,
    name: str,
    title: str,
    model: Path,
    about: Mapping[str, Any],
    needs: Sequence[str],
) -> list[str]:
    """Pack the folder.

    Parameters
    ----------
    path : Path
        The file to write.
    name : str
        The folder's name in it.
    title : str
        What the model is, for its README.
    model : Path
        The model's file.
    about : mapping
        From `schema`.
    needs : sequence of str
        From `requirements`.

    Returns
    -------
    list of str
        The files in it.
    """
    texts = {
        "predict.py": PROGRAM.read_text(encoding="utf-8"),
        "schema.json": json.dumps(about, indent=2, ensure_ascii=False) + "\n",
        "requirements.txt": "\n".join(needs) + "\n",
        "README.md": _readme(title, about),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in texts.items():
            archive.writestr(f"{name}/{file}", text)
        # It is compressed already.
        archive.write(
            model, f"{name}/{about['model_file']}", compress_type=zipfile.ZIP_STORED
        )
    return [*texts, str(about["model_file"])]


def _readme(title: str, about: Mapping[str, Any]) -> str:
    columns = "\n".join(f"| {c['name']} | {c['kind']} |" for c in about["columns"])
    python = ".".join(platform.python_version_tuple()[:2])
    return f"""# {title}

Predicts {about["target"]} for the rows of a CSV file, without Tuneboard.

    python{python} -m venv venv
    venv/bin/pip install -r requirements.txt
    venv/bin/python predict.py rows.csv -o answers.csv

`predict.py --help` lists the options. Made with Python {python}; the versions in
requirements.txt are those the model was fitted with, and others may refuse its file or
answer differently. Rows are predicted some at a time, so a file may be large.

The answers have all columns of the file, and behind them `prediction`{_columns(about)}.
A value is written as it is, also one that a spreadsheet would take for a formula.

Columns the file must have, in any order:

| column | kind |
|---|---|
{columns}

Numbers have a decimal point and dates are written as 2024-12-31; missing values are
empty, or one of the texts in schema.json.
"""


def _columns(about: Mapping[str, Any]) -> str:
    """Name the answers behind the prediction, and say what was chosen for them."""
    if not about["classes"]:
        if not about["intervals"]:
            return ""
        told = " and the bounds of prediction intervals"
        if any(len(each["half_widths"]) > 1 for each in about["intervals"]):
            told += ", as wide as predictions like it missed"
        return told
    told = " and a probability for each class"
    if about["threshold"] is not None:
        positive = about["classes"][about["positive"]]
        told += (
            f". {positive} is predicted where the model's own probability of it is at "
            f"least {about['threshold']!r}, as chosen in Tuneboard"
        )
    if about["calibrators"]:
        told += (
            f". The probabilities are recalibrated ({about['recalibration']}) as chosen "
            "in Tuneboard, and what is predicted follows from the model's own"
        )
    return told
